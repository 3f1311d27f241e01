"""ComfyUI starts, whatever is wrong with the pack."""

from __future__ import annotations

import ast
import sys
import unittest

import prompt_server
from pack_case import PackCase, call, graph
from prompt_server import PACK


class Loading(PackCase):
    def test_without_a_prompt_server_nothing_starts(self) -> None:
        for name in ("server", "folder_paths"):
            sys.modules.pop(name, None)
        module = prompt_server.load_pack()
        self.assertEqual((None, {}, "./js"), (module.pack, module.NODE_CLASS_MAPPINGS, module.WEB_DIRECTORY))
        self.assertEqual([], [line for line in self.log if "ComfyFunc" in line])

    def test_a_prompt_server_that_is_not_running_is_none(self) -> None:
        prompt_server.install_modules(self.folder)
        prompt_server.PromptServer.instance = None
        self.assertIsNone(prompt_server.load_pack().pack)

    def test_what_goes_wrong_is_one_line_and_comfyui_serves(self) -> None:
        def without_routes(server: prompt_server.PromptServer) -> None:
            server.prompt_queue = None  # type: ignore[assignment]

        comfy = self.comfy(before=without_routes)
        self.assertIsNone(comfy.pack)
        self.assertEqual(1, len([line for line in self.log if line.startswith("ComfyFunc is not available")]))
        self.assertEqual(200, comfy.save("workflows/txt2img.json", graph()).status)

    def test_it_adds_no_nodes_and_serves_its_page(self) -> None:
        comfy = self.comfy()
        self.assertEqual({}, comfy.module.NODE_CLASS_MAPPINGS)
        self.assertEqual(200, call(comfy.port, "GET", "/api/comfyfunc/status").status)

    def test_user_files_that_cannot_be_written_do_not_stop_comfyui(self) -> None:
        (self.folder / "__comfyfunc").write_text("a file where a folder belongs")
        comfy = self.comfy()
        self.assertEqual(200, comfy.save("workflows/txt2img.json", graph()).status)


class OldPythons(unittest.TestCase):
    def test_every_file_is_python_3_9(self) -> None:
        files = sorted(PACK.rglob("*.py"))
        self.assertGreater(len(files), 20)
        for file in files:
            with self.subTest(file.name):
                tree = ast.parse(file.read_text(), feature_version=(3, 9))
                imports_future = any(isinstance(n, ast.ImportFrom) and n.module == "__future__" for n in tree.body)
                self.assertTrue(imports_future or file.name == "__init__.py", "annotations are not evaluated")


if __name__ == "__main__":
    unittest.main()
