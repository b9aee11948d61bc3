"""The application: connectors, intake, backlog, speaker, audio, commands.

Read `bot/app.py` first.
"""
