"""The secrets of a stack: made once, kept, strengthened where they were too short."""

from __future__ import annotations

import configparser
from dataclasses import replace
from pathlib import Path

import pytest

from elt import files
from elt.container import secrets
from elt.container.volumes import Volumes, read_secrets
from elt.local.home import Home
from elt.stack.secrets import Secrets

SHA512_BYTES = 64


@pytest.fixture
def volumes(tmp_path: Path) -> Volumes:
    made = Volumes(tmp_path / "secrets", tmp_path / "config")
    for folder in (made.secrets, made.config):
        folder.mkdir()
    return made


def configured_key(volumes: Volumes) -> str:
    parser = configparser.ConfigParser(interpolation=None)
    parser.read(volumes.airflow_config)
    return parser["api_auth"]["jwt_secret"]


def test_a_new_stack_signs_with_a_key_as_long_as_the_hash(volumes: Volumes) -> None:
    assert secrets.create(volumes, {})
    made = read_secrets(volumes.secrets_file)
    assert len(made.jwt_secret.encode()) >= SHA512_BYTES
    assert configured_key(volumes) == made.jwt_secret
    assert not volumes.generation.exists()

    assert not secrets.create(volumes, {})
    assert read_secrets(volumes.secrets_file) == made
    assert not volumes.generation.exists()


def test_a_key_of_a_former_version_is_replaced_and_nothing_else(volumes: Volumes) -> None:
    old = replace(Secrets.generate(), jwt_secret="k" * 43)
    files.replace(volumes.secrets_file, old.to_json())
    secrets.publish(volumes, old, {})

    assert not secrets.create(volumes, {})

    new = read_secrets(volumes.secrets_file)
    assert len(new.jwt_secret.encode()) >= SHA512_BYTES
    assert replace(new, jwt_secret=old.jwt_secret) == old
    assert configured_key(volumes) == new.jwt_secret
    # Services that run with the former key start anew, once.
    generation = volumes.generation.read_text()
    secrets.create(volumes, {})
    assert volumes.generation.read_text() == generation


def test_so_is_that_of_the_embedded_stack(tmp_path: Path) -> None:
    home = Home(tmp_path / "state")
    made = home.create()
    assert len(made.jwt_secret.encode()) >= SHA512_BYTES
    assert home.create() == made

    old = replace(made, jwt_secret="k" * 43)
    files.replace(home.secrets_file, old.to_json())
    new = home.create()
    assert len(new.jwt_secret.encode()) >= SHA512_BYTES
    assert replace(new, jwt_secret=old.jwt_secret) == old
