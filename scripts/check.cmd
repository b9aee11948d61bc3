@echo off & setlocal
if not defined PYTHON (where /q py && set "PYTHON=py -3" || set "PYTHON=python")
%PYTHON% "%~dp0launch.py" check %*
