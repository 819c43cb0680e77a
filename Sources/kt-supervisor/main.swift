internal import Glibc
internal import Supervisor

exit(GatewaySupervisor.run(arguments: Array(CommandLine.arguments.dropFirst())))
