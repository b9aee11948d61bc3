"""The settings as text: the example file, and what is in force.

Does not read or check anything.
"""

from __future__ import annotations

from bot.settings import PREFIX, Settings, groups, single


def example() -> str:
    """The text of settings.example.env: every key, its default and its meaning."""
    parts = [
        "# Copy to settings.env, take the # off a line to change it.\n"
        "# The same keys work as environment variables, which win over this file.\n"
    ]
    for group, model in groups():
        parts.append(f"\n# {model.__doc__}\n")
        for key, field in model.model_fields.items():
            parts.append(f"# {field.description}\n")
            parts.append(f"#{PREFIX}{group.upper()}__{key.upper()}={_shown(field.default)}\n")
    parts.append("\n# The rest\n")
    hold = Settings.model_fields["hold_seconds"]
    parts.append(f"# {hold.description}\n#{PREFIX}HOLD_SECONDS={_shown(hold.default)}\n")
    state = Settings.model_fields["state_dir"].description
    parts.append(f"# {state}; empty: the system's usual place\n#{PREFIX}STATE_DIR=\n")
    return "".join(parts)


def _shown(default: object) -> str:
    if default is None:
        return ""
    if isinstance(default, bool):
        return str(default).lower()
    if isinstance(default, tuple):
        return ",".join(map(str, default))
    if isinstance(default, dict):
        return ",".join(f"{key}={_shown(value)}" for key, value in default.items())
    return f"{default:g}" if isinstance(default, float) else str(default)


def shown(settings: Settings) -> str:
    """The settings in force, a line each, as they could stand in settings.env; secrets as stars."""
    lines = [
        f"{PREFIX}{group.upper()}__{key.upper()}={_shown(value)}\n"
        for group, _ in groups()
        for key, value in getattr(settings, group)
    ]
    lines += [f"{PREFIX}{name.upper()}={_shown(getattr(settings, name))}\n" for name in single()]
    return "".join(lines)
