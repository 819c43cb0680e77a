internal import CPlatform
internal import Glibc

/// Another program in the place of this one: process number, children and chosen descriptors stay.
public enum Execution {
    /// Executes the file behind a descriptor, `O_PATH` or not; whatever is on disk now does not matter.
    ///
    /// Only `descriptors` stay open, under their numbers, besides those that never were close-on-exec. Blocked signals stay blocked,
    /// and pending ones pending. Returns only when it fails, with everything as before: why. Call it from the only thread.
    public static func replace(
        with program: borrowing OwnedDescriptor, arguments: [String], environment: [String], keeping descriptors: [CInt]
    ) -> SystemCallError {
        var opened: [CInt] = []
        for number in descriptors {
            guard kt_set_close_on_exec(number, 0) == 0 else {
                let code = errno
                for number in opened { _ = kt_set_close_on_exec(number, 1) }
                return SystemCallError("F_SETFD", errno: code)
            }
            opened.append(number)
        }
        var argumentList: [UnsafeMutablePointer<CChar>?] = unsafe arguments.map { unsafe strdup($0) } + [nil]
        defer { for unsafe argument in unsafe argumentList { unsafe free(argument) } }
        var lines: [UnsafeMutablePointer<CChar>?] = unsafe environment.map { unsafe strdup($0) } + [nil]
        defer { for unsafe line in unsafe lines { unsafe free(line) } }
        _ = unsafe kt_execute("/proc/self/fd/\(program.rawNumber)", &argumentList, &lines)
        let code = errno
        for number in descriptors { _ = kt_set_close_on_exec(number, 1) }
        return SystemCallError("execve", errno: code)
    }

    /// They are open here and in no image after this one, unless it is told to keep them.
    public static func closeFromNextImage(_ descriptors: [CInt]) {
        for number in descriptors { _ = kt_set_close_on_exec(number, 1) }
    }
}

/// Facts about numbers that another image of this process left.
public enum Inherited {
    public static func isOpen(_ number: CInt) -> Bool { number >= 0 && kt_is_open(number) == 1 }

    /// A socket that accepts connections.
    public static func isListening(_ number: CInt) -> Bool { kt_get_option(number, SOL_SOCKET, SO_ACCEPTCONN) == 1 }

    /// An end of a `MessageSocket` pair.
    public static func isMessageSocket(_ number: CInt) -> Bool {
        kt_get_option(number, SOL_SOCKET, SO_TYPE) == CInt(SOCK_SEQPACKET.rawValue)
    }

    /// A pidfd of a child of ours whose end has not been asked for yet.
    public static func isOwnChild(_ number: CInt) -> Bool { kt_is_own_child(number) == 1 }

    /// Takes over a number that another image left open, and keeps it from the next one. Fails with `EBADF` when it is not open.
    public static func take(_ number: CInt) throws(SystemCallError) -> OwnedDescriptor {
        guard number >= 0, kt_set_close_on_exec(number, 1) == 0 else { throw SystemCallError("inherited descriptor \(number)", errno: EBADF) }
        return OwnedDescriptor(adopting: number)
    }

    /// All open numbers above standard error, lowest first, without the one that lists them.
    public static func openNumbers() -> [CInt] {
        guard let directory = unsafe opendir("/proc/self/fd") else { return [] }
        defer { unsafe closedir(directory) }
        let own = unsafe dirfd(directory)
        var numbers: [CInt] = []
        while let entry = unsafe readdir(directory) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { start in
                unsafe String(cString: UnsafeRawPointer(start).assumingMemoryBound(to: CChar.self))
            }
            if let number = CInt(name), number > 2, number != own { numbers.append(number) }
        }
        return numbers.sorted()
    }
}
