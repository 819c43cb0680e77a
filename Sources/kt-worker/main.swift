internal import Glibc
internal import Worker

exit(WorkerProgram.run())
