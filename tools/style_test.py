#!/usr/bin/env python3
"""Tests tools/style: a good tree passes, and each gate fails on a tree that is bad in one place."""
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
GOOD = {
    ".clang-format": "BasedOnStyle: Google\nAllowShortFunctionsOnASingleLine: None\n",
    "CMakeLists.txt": "pirn_room(base)\npirn_room(core DEPS base)\npirn_room(net DEPS core FMT)\n"
    "pirn_room(http DEPS net FMT)\n",
    "pirn/base/README.md": "# base\n",
    "pirn/base/one.hpp": "// one: a number.\n#pragma once\n\nint one();\n",
    "pirn/base/one.cpp": '#include "pirn/base/one.hpp"\n\nint one() {\n  return 1;\n}\n',
    "pirn/core/README.md": "# core\n",
    "pirn/core/two.hpp": '// two: a number.\n#pragma once\n\n#include "pirn/base/one.hpp"\n\n'
    "inline int two() {\n  return one() + one();\n}\n",
    "pirn/net/README.md": "# net\n",
    "pirn/net/three.hpp": '// three: a number.\n#pragma once\n\n#include "pirn/base/one.hpp"\n'
    '#include "pirn/core/two.hpp"\n\ninline int three() {\n  return one() + two();\n}\n',
    "pirn/http/README.md": "# http\n",
    "pirn/http/codec.hpp": '// codec: a parser.\n#pragma once\n\n#include "pirn/base/one.hpp"\n',
    "pirn/base/one_test.cpp": '#include "pirn/base/one.hpp"\n\n#include "pirn/core/two.hpp"\n',
    "README.md": "# a house\n",
}


class Style(unittest.TestCase):
    def setUp(self):
        self.root = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.root)
        for name, text in GOOD.items():
            self.write(name, text)

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def run_style(self, *options):
        command = [HERE / "style", "--root", self.root, *options]
        environment = {"PATH": "/usr/local/bin:/usr/bin:/bin"}
        return subprocess.run(command, capture_output=True, text=True, env=environment)

    def expect(self, message, *options):
        done = self.run_style(*options)
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        self.assertIn(message, done.stdout)
        self.assertIn(", 1 problems", done.stdout)

    def test_a_good_tree_passes(self):
        done = self.run_style()
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_a_room_includes_only_what_the_table_allows(self):
        text = '// up: wrong.\n#pragma once\n\n#include "pirn/core/two.hpp"\n'
        self.write("pirn/base/up.hpp", text)
        self.expect("pirn/base/up.hpp:4: base may not include pirn/core/two.hpp", "--fast")

    def test_a_room_missing_in_the_table(self):
        self.write("pirn/attic/README.md", "# attic\n")
        self.write("pirn/attic/box.hpp", "// box: wrong.\n#pragma once\n")
        self.expect("room attic is not in CMakeLists.txt", "--fast")

    def test_the_codec_reaches_base_only(self):
        codec = '// codec: a parser.\n#pragma once\n\n#include "pirn/http/message.hpp"\n'
        self.write("pirn/http/codec.hpp", codec)
        message = '// message: fields.\n#pragma once\n\n#include "pirn/net/three.hpp"\n'
        self.write("pirn/http/message.hpp", message)
        done = self.run_style("--fast")
        self.assertIn("the codec may reach base only, but reaches pirn/net/three.hpp", done.stdout)
        self.assertEqual(done.returncode, 1)

    def test_lower_rooms_include_no_other_library(self):
        self.write("pirn/core/fmt.hpp", "// fmt: wrong.\n#pragma once\n\n#include <fmt/core.h>\n")
        self.expect("core uses the standard library alone", "--fast")

    def test_includes_start_at_the_root(self):
        self.write("pirn/base/near.hpp", '// near: wrong.\n#pragma once\n\n#include "one.hpp"\n')
        self.expect('"one.hpp": start at the root', "--fast")

    def test_rooms_do_not_include_the_umbrella(self):
        self.write("pirn/pirn.hpp", "// pirn: everything.\n#pragma once\n")
        self.write("pirn/net/all.hpp", '// all: wrong.\n#pragma once\n\n#include "pirn/pirn.hpp"\n')
        self.expect("the umbrella is for users", "--fast")

    def test_a_header_compiles_by_itself(self):
        self.write("pirn/base/text.hpp", "// text: wrong.\n#pragma once\n\nstd::string text();\n")
        self.expect("pirn/base/text.hpp:1: does not compile by itself")
        self.expect("pirn/base/text.hpp:1: does not compile by itself")  # a failure is not cached

    def test_a_header_is_compiled_again_when_what_it_includes_changes(self):
        self.assertEqual(self.run_style().returncode, 0)
        self.write("pirn/base/one.hpp", "// one: a number.\n#pragma once\n\nint other();\n")
        done = self.run_style()
        self.assertIn("pirn/core/two.hpp:1: does not compile by itself", done.stdout)

    def test_if_stands_in_few_places(self):
        branch = "#if defined(__linux__)\n#endif\n"
        self.write("pirn/net/os.hpp", "// os: wrong.\n#pragma once\n\n" + branch)
        self.expect("pirn/net/os.hpp:4: #if stands in", "--fast")

    def test_macros_stand_in_few_places(self):
        macro = "#define PIRN_TWICE(x) x x\n"
        self.write("pirn/net/macro.hpp", "// macro: wrong.\n#pragma once\n\n" + macro)
        self.expect("the only macros are", "--fast")

    def test_the_format_is_clang_formats(self):
        self.write("pirn/base/one.cpp", '#include "pirn/base/one.hpp"\nint one( ) {return 1;}\n')
        self.expect("not as clang-format has it")

    def test_a_file_has_a_length(self):
        self.write("pirn/base/long.hpp", "// long: wrong.\n#pragma once\n" + "\n" * 399)
        self.expect("401 lines, over 400", "--fast")
        self.write("tools/style_exceptions.txt", "pirn/base/long.hpp: one table\n")
        self.assertEqual(self.run_style("--fast").returncode, 0)

    def test_an_exception_needs_a_reason_and_a_use(self):
        self.write("tools/style_exceptions.txt", "pirn/base/one.hpp: was long\n")
        self.expect("pirn/base/one.hpp needs no exception any more", "--fast")
        self.write("tools/style_exceptions.txt", "pirn/base/gone.hpp: was long\n")
        self.expect("there is no pirn/base/gone.hpp", "--fast")

    def test_the_first_line_says_what_a_header_is(self):
        self.write("pirn/base/one.hpp", "#pragma once\n\nint one();\n")
        self.expect("the first line is `// one: what it is`", "--fast")

    def test_a_folder_has_a_short_readme(self):
        (self.root / "pirn/core/README.md").unlink()
        self.expect("pirn/core/README.md: missing", "--fast")
        self.write("pirn/core/README.md", "word\n" * 30)
        self.expect("a folder's README is short", "--fast")

    def test_nothing_is_left_for_later(self):
        comment = "// " + "TO" + "DO: finish\n"
        self.write("pirn/base/later.hpp", "// later: wrong.\n#pragma once\n" + comment)
        self.expect("do it now", "--fast")

    def test_no_path_of_a_machine(self):
        self.write("README.md", "see " + "/ro" + "ot/notes\n")
        self.expect("README.md:1: a path of one machine", "--fast")

    def test_long_functions_and_untested_headers_are_printed_only(self):
        body = "  one();\n" * 80
        text = f'#include "pirn/base/one.hpp"\n\nint one() {{\n{body}  return 1;\n}}\n'
        self.write("pirn/base/one.cpp", text)
        done = self.run_style("--fast")
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertIn("long function: pirn/base/one.cpp:3: one has 83 lines", done.stdout)
        self.assertIn("headers of core without a test beside them: two", done.stdout)


if __name__ == "__main__":
    unittest.main()
