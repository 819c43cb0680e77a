internal import Compile
internal import Glibc
internal import Platform

if Build.answersVersion("kt-compile", Array(CommandLine.arguments.dropFirst())) { exit(0) }
exit(CompileProcess.run())
