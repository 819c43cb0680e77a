internal import DemoProvider
internal import Glibc

setvbuf(stdout, nil, _IOLBF, 0)
exit(DemoProgram.run(Array(CommandLine.arguments.dropFirst()), print: { print($0) }, complain: { fputs($0 + "\n", stderr) }))
