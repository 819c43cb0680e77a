internal import Compile
internal import Glibc

exit(CompileProcess.run())
