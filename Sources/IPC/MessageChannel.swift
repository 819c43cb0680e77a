public import Platform

/// Why a control socket is of no more use.
public enum ChannelError: Error, Equatable, Sendable {
    case frame(FrameError)
    case system(SystemCallError)
}

/// One end of the control socket between the supervisor and one worker: messages in, messages out, never blocking.
public final class MessageChannel {
    public enum Received {
        case message(Message, ReceivedDescriptors)
        /// Nothing is there now.
        case nothing
        /// The other process is gone.
        case end
    }

    private let socket: MessageSocket
    /// Of the last message sent.
    public private(set) var sequence: UInt64

    /// `sequence`: of the last message that another image of this process sent.
    public init(_ socket: MessageSocket, sequence: UInt64 = 0) {
        self.socket = socket
        self.sequence = sequence
    }

    /// For registering with a loop.
    public var rawNumber: CInt { self.socket.rawNumber }

    /// `descriptors` stay the caller's. A peer that does not read is an error too: control messages are few.
    public func send(_ message: Message, descriptors: [CInt] = []) throws(ChannelError) {
        precondition(descriptors.count == message.descriptorCount, "each message names its attachments")
        self.sequence += 1
        do throws(SystemCallError) {
            try self.socket.send(message.encode(sequence: self.sequence), descriptors: descriptors)
        } catch {
            throw .system(error)
        }
    }

    /// Messages that may be skipped never show.
    public func receive() throws(ChannelError) -> Received {
        while true {
            let received: MessageSocket.Received
            do throws(SystemCallError) { received = try self.socket.receive() } catch { throw .system(error) }
            switch received {
            case .nothing: return .nothing
            case .end: return .end
            case .message(let bytes, let descriptors):
                let message: Message
                do throws(FrameError) {
                    message = try Message.decode(bytes, descriptorCount: descriptors.count)
                } catch {
                    throw .frame(error)
                }
                if case .skipped = message { continue }
                return .message(message, descriptors)
            }
        }
    }

    /// Hands each message that is there to `heed`, until there is none or `heed` refuses one. False: the channel is of no more use.
    public func receiveAll(_ heed: (Message, ReceivedDescriptors) -> Bool) -> Bool {
        while true {
            let received: Received
            do throws(ChannelError) { received = try self.receive() } catch { return false }
            switch received {
            case .nothing: return true
            case .end: return false
            case .message(let message, let descriptors):
                guard heed(message, descriptors) else { return false }
            }
        }
    }

    /// Blocks until there is something to receive; false after `timeout`.
    func waitReadable(_ timeout: Duration) throws(ChannelError) -> Bool {
        do throws(SystemCallError) { return try self.socket.waitReadable(timeout) } catch { throw .system(error) }
    }
}
