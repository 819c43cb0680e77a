internal import CPlatform
internal import Glibc

/// Who is at the other end of a local stream socket, as it was when they connected (`SO_PEERCRED`, unix(7)).
public struct PeerCredentials: Equatable, Sendable {
    public var pid: Int32
    public var uid: UInt32
    public var gid: UInt32

    public init(pid: Int32, uid: UInt32, gid: UInt32) {
        self.pid = pid
        self.uid = uid
        self.gid = gid
    }

    public init(of descriptor: CInt) throws(SystemCallError) {
        var (pid, uid, gid): (Int32, UInt32, UInt32) = (0, 0, 0)
        guard unsafe kt_peer_credentials(descriptor, &pid, &uid, &gid) == 0 else { throw SystemCallError("SO_PEERCRED", errno: errno) }
        self.init(pid: pid, uid: uid, gid: gid)
    }
}
