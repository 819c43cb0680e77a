internal import Console
internal import Glibc
internal import Platform

if Build.answersVersion("kt-console", Array(CommandLine.arguments.dropFirst())) { exit(0) }
exit(ConsoleProgram.run())
