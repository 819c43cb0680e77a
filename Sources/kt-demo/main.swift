internal import DemoProvider
internal import Glibc

exit(DemoProgram.run(Array(CommandLine.arguments.dropFirst())))
