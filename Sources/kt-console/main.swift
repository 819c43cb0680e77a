internal import Console
internal import Glibc

exit(ConsoleProgram.run())
