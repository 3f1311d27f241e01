"""The pack keeps to the rules of ComfyUI's registry."""

from __future__ import annotations

import ast
import re
import sys
import unittest
from typing import Any

from prompt_server import PACK, load_part


def project() -> dict[str, Any]:
    """pyproject.toml, which is flat enough to be read without a library of newer Pythons."""
    tables: dict[str, Any] = {}
    table: dict[str, Any] = {}
    text = re.sub(r"\[\n((?:    .*\n)+)\]", lambda m: "[" + m.group(1).replace("\n", "") + "]", (PACK / "pyproject.toml").read_text())
    for line in text.splitlines():
        if line.startswith("["):
            table = tables.setdefault(line.strip("[]"), {})
        elif "=" in line:
            name, _, value = line.partition(" = ")
            table[name] = value.strip() if value.startswith("{") else ast.literal_eval(value)
    return tables


class Registry(unittest.TestCase):
    def test_the_project_is_named_and_versioned_as_the_registry_wants(self) -> None:
        told = project()["project"]
        self.assertLess(len(told["name"]), 100)
        self.assertNotIn("comfyui", told["name"].lower())
        self.assertRegex(told["name"], r"\A[a-z][a-z0-9_-]*\Z")
        self.assertRegex(told["version"], r"\A\d+\.\d+\.\d+\Z")
        self.assertRegex(told["license"], r"\A\{ (file|text) = \"[^\"]+\" \}\Z")
        self.assertTrue(told["description"])
        self.assertEqual(">=3.9", told["requires-python"])
        self.assertEqual([], told["dependencies"])

    def test_the_version_is_the_packs_own(self) -> None:
        self.assertEqual(load_part("status").VERSION, project()["project"]["version"])

    def test_the_registrys_own_table_and_the_links(self) -> None:
        tables = project()
        self.assertTrue(tables["tool.comfy"]["PublisherId"])
        self.assertTrue(tables["tool.comfy"]["DisplayName"])
        self.assertNotIn("web", tables["tool.comfy"], "WEB_DIRECTORY has it: the page would be loaded twice")
        self.assertTrue(tables["project.urls"]["Repository"].startswith("https://"))
        for file in ("LICENSE", "README.md"):
            self.assertTrue((PACK / file).is_file(), file)
        self.assertEqual((PACK.parent / "LICENSE").read_text(), (PACK / "LICENSE").read_text())

    def test_nothing_that_the_registrys_standards_forbid(self) -> None:
        forbidden = re.compile(r"\b(eval|exec|__import__|compile)\(|\bsubprocess\b|\bos\.system\b|\bpip\b|base64")
        for file in PACK.rglob("*.py"):
            self.assertIsNone(forbidden.search(file.read_text()), file.name)

    def test_only_the_standard_library_and_what_comfyui_brings_is_imported(self) -> None:
        allowed = {"aiohttp", "server", "comfy_api"}
        for file in PACK.rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text())):
                names = [a.name for a in node.names] if isinstance(node, ast.Import) else [node.module or ""] \
                    if isinstance(node, ast.ImportFrom) and node.level == 0 else []
                for name in (n.split(".")[0] for n in names):
                    self.assertTrue(name in allowed or _is_standard(name), f"{file.name} imports {name}")


def _is_standard(name: str) -> bool:
    known = getattr(sys, "stdlib_module_names", None)  # Python 3.10
    return known is None or name in known


if __name__ == "__main__":
    unittest.main()
