internal import DemoProvider
internal import Glibc
internal import Platform

let arguments = Array(CommandLine.arguments.dropFirst())
if Build.answersVersion("kt-demo", arguments) { exit(0) }
exit(DemoProgram.run(arguments))
