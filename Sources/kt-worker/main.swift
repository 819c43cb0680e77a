internal import Glibc
internal import Platform
internal import Worker

if Build.answersVersion("kt-worker", Array(CommandLine.arguments.dropFirst())) { exit(0) }
exit(WorkerProgram.run())
