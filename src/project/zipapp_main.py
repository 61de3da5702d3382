# -*- coding: utf-8 -*-
# Picks the folder with the modules for the Python that reads this, and starts the program. Any
# Python since 2.7 can read it, and say which Python is needed.
def install_importer(root, path):
    # The pycs do not know where the archive is. Code gets the path that its source would have, as
    # code of plain files has: tracebacks, warnings and inspect rely on it. Returns `path` for sys.path.
    import marshal
    import os
    import sys
    import zipimport
    try:
        from _imp import _fix_co_filename
    except ImportError:
        return path
    installer = marshal.dumps(sys._getframe().f_code)

    class Importer(zipimport.zipimporter):
        def get_code(self, fullname):
            code = zipimport.zipimporter.get_code(self, fullname)
            path = self.get_filename(fullname)
            _fix_co_filename(code, path[:-1] if path.endswith(".pyc") else path)
            return code

    class Path(str):
        # multiprocessing sends sys.path to the processes that it spawns. They do not run this file,
        # and install the importer when they receive this.
        def __reduce_ex__(self, protocol):
            install = "__import__('types').FunctionType(__import__('marshal').loads(installer), globals())(root, path)"
            return eval, (install, {"installer": installer, "root": root, "path": str(self)})

    def hook(path):
        if path == root or path.startswith(root + os.sep):
            return Importer(path)
        raise ImportError(path)

    sys.path_hooks.insert(0, hook)
    for known in list(sys.path_importer_cache):
        if known == root or known.startswith(root + os.sep):
            del sys.path_importer_cache[known]
    return Path(path)


def main():
    import os
    import sys
    install = install_importer
    del globals()["main"], globals()["install_importer"]  # The program's __main__ begins as Python left it.
    # Cache tag, magic number, optimisation level, folder; oldest first.
    folders = @FOLDERS@
    # With sources, the oldest Python that may compile them, else None.
    versions, oldest = @VERSIONS@, @OLDEST@
    module, function = @MODULE@, @FUNCTION@

    tag = getattr(getattr(sys, "implementation", None), "cache_tag", None)
    try:
        from importlib.util import MAGIC_NUMBER
        magic = MAGIC_NUMBER[0] + 256 * MAGIC_NUMBER[1]
    except ImportError:
        magic = None
    fitting = [entry for entry in folders if entry[:2] == (tag, magic)]
    fitting = [entry for entry in fitting if entry[2] == sys.flags.optimize] + fitting
    if not fitting and oldest and sys.version_info >= oldest:
        fitting = folders[-1:]
    if not fitting:
        sys.exit("%s holds modules for CPython %s; this is %s, Python %s (%s, magic number %s): start it with one of those" % (
            sys.argv[0], versions, sys.executable, sys.version.split()[0], tag, magic))

    root = os.path.abspath(sys.path[0])
    sys.path[:1] = [install(root, os.path.join(root, fitting[0][3])), root]
    if function is None:
        import runpy
        runpy._run_module_as_main(module, alter_argv=module != "__main__")
    else:
        import importlib
        import operator
        sys.exit(operator.attrgetter(function)(importlib.import_module(module))())


main()
