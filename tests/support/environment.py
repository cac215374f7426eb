"""An environment that reads nothing of this installation, and what is wrong with one."""

import pytest

from islandflow.env import BadEnvironmentError, Environment, load

# A home without a signing key, so that no test reads the one of this installation.
NOWHERE = {"ISLANDFLOW_HOME": "/nowhere/islandflow"}


def problems(environ: dict[str, str]) -> tuple[str, ...]:
    with pytest.raises(BadEnvironmentError) as refusal:
        load(NOWHERE | environ)
    return refusal.value.problems


def source(environment: Environment, name: str) -> str:
    return next(r.source for r in environment.readings if r.variable.name == name)
