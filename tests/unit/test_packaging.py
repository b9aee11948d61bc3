"""What the files beside the code promise: version, changelog, pins, commands, licences."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PIN = re.compile(r"([A-Za-z0-9._-]+)==([A-Za-z0-9.]+)")


@pytest.fixture(scope="module")
def project() -> dict[str, Any]:
    return dict(tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"])


@pytest.fixture(scope="module")
def pins() -> dict[str, str]:
    """Canonical name -> version, of each line of constraints.txt that is not a comment."""
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    matches = [PIN.fullmatch(line) for line in lines if line and not line.startswith("#")]
    assert None not in matches, "a line is not NAME==VERSION"
    return {canonicalize_name(match[1]): match[2] for match in matches if match}


def declared(project: dict[str, Any]) -> list[Requirement]:
    groups = [project["dependencies"], *project["optional-dependencies"].values()]
    return [Requirement(text) for group in groups for text in group]


def test_the_version_is_the_newest_of_the_changelog(project: dict[str, Any]) -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text("utf-8")
    newest = re.search(r"^## \[(\d[^\]]*)\]", changelog, re.MULTILINE)
    assert newest is not None
    assert newest[1] == project["version"]


def test_every_declared_dependency_is_pinned_within_its_bounds(
    project: dict[str, Any], pins: dict[str, str]
) -> None:
    for requirement in declared(project):
        pin = pins.get(canonicalize_name(requirement.name))
        assert pin is not None, f"{requirement.name} is not in constraints.txt"
        assert requirement.specifier.contains(pin), f"{requirement} excludes its pin {pin}"


def test_constraints_and_project_name_no_host(project: dict[str, Any]) -> None:
    text = (ROOT / "constraints.txt").read_text("utf-8")
    assert not re.search(r"://|\.(org|com|io|net)\b", text)
    assert not [requirement for requirement in declared(project) if requirement.url]


def test_the_base_install_and_the_test_extra_bring_no_torch(project: dict[str, Any]) -> None:
    for extra, texts in project["optional-dependencies"].items():
        assert ("torch" in {Requirement(text).name for text in texts}) == (extra == "f5")
    assert "torch" not in {Requirement(text).name for text in project["dependencies"]}


def test_every_command_and_file_that_the_project_names_exists(project: dict[str, Any]) -> None:
    for target in project["scripts"].values():
        module, _, function = target.partition(":")
        source = (ROOT / module.replace(".", "/")).with_suffix(".py").read_text("utf-8")
        assert re.search(rf"^def {function}\(", source, re.MULTILINE)
    for name in (project["readme"], *project["license-files"]):
        assert (ROOT / name).stat().st_size > 0


def test_notice_names_every_dependency_that_is_shipped(project: dict[str, Any]) -> None:
    notice = (ROOT / "NOTICE").read_text("utf-8").lower()
    shipped = [*project["dependencies"]]
    for extra in ("espeak", "f5", "youtube"):
        shipped += project["optional-dependencies"][extra]
    for text in shipped:
        assert Requirement(text).name.lower() in notice
