"""What is imported lazily costs nothing until it is used."""

from __future__ import annotations

import importlib
import subprocess
import sys
from typing import TYPE_CHECKING

from bot.networks.bluesky.lazily import lazily

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_a_lazy_module_is_run_when_something_in_it_is_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "slow_module_of_this_test.py").write_text("import sys\nsys.slow_module_ran = True\nanswer = 42\n")
    monkeypatch.syspath_prepend(tmp_path)
    before = list(sys.meta_path)
    with lazily("slow_module_of_this_test", "no_module_has_this_name"):
        module = importlib.import_module("slow_module_of_this_test")
    assert before == sys.meta_path
    assert not hasattr(sys, "slow_module_ran")
    assert module.answer == 42
    monkeypatch.delattr(sys, "slow_module_ran")


def test_an_import_in_another_thread_misses_no_finder() -> None:
    """It walks through the finders while this one comes or goes, as when two accounts import their SDKs at once."""
    lazy = lazily("no_module_has_this_name")
    before = iter(sys.meta_path)
    wanted = list(sys.meta_path)
    seen = [next(before)]
    with lazy:
        during = iter(sys.meta_path)
        own = next(during)
    assert wanted == seen + list(before)
    assert [own, *wanted] == [own, *during]


def test_publishing_imports_none_of_the_sdks_hundreds_of_models() -> None:
    code = (
        "import sys, bot.networks.bluesky.adapter\n"
        "models = [name for name in sys.modules if name.startswith('atproto_client.models.')]\n"
        "print(len(models))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert int(ran.stdout) < 50


def test_knowing_the_network_imports_neither_sdk_nor_http() -> None:
    code = (
        "import sys, bot.networks.bluesky\nprint({'httpx', 'httpcore', 'atproto_client', 'libipld'} & set(sys.modules))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "set()"
