internal import Glibc
internal import Platform
internal import Worker

if Build.answersVersion("kt-worker", Array(CommandLine.arguments.dropFirst())) { exit(0) }
// A build whose workers do not come up.
if TestFault.isAsked("WORKER_REFUSE") { exit(1) }
exit(WorkerProgram.run())
