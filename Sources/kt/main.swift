internal import Glibc

exit(KTCommand.start())
