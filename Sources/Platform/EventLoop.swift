internal import CPlatform
internal import Glibc

/// What a descriptor is ready for, or what its owner waits for. Level-triggered, as in epoll(7).
public struct Readiness: OptionSet, Sendable {
    public let rawValue: UInt32
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    public static let readable = Readiness(rawValue: 0x001)
    public static let writable = Readiness(rawValue: 0x004)
    /// The descriptor failed; always reported.
    public static let failed = Readiness(rawValue: 0x008)
    /// Both directions are shut; always reported.
    public static let hangUp = Readiness(rawValue: 0x010)
    /// The peer will send no more (`EPOLLRDHUP`).
    public static let peerClosed = Readiness(rawValue: 0x2000)
}

/// Owner of a watched descriptor.
public protocol ReadinessHandler: AnyObject {
    /// Called on the loop; may watch, unwatch and close anything, its own descriptor included.
    func ready(_ readiness: Readiness, on watch: EventLoop.Watch)
}

/// Owner of a timer.
public protocol TimerHandler: AnyObject {
    /// Called on the loop once per `schedule`; `kind` is the number given there.
    func timerFired(kind: Int, at now: Instant)
}

/// One thread's loop over one epoll set with timers. Not `Sendable`: all that hangs on it stays on its thread.
///
/// A pass waits, dispatches every descriptor that is ready, then the timers that are due, then what was deferred.
/// A watch that ends during a pass receives nothing more in that pass, even when its slot is used again.
@safe public final class EventLoop {
    /// Names one registration; a value from an ended registration is inert.
    public struct Watch: Hashable, Sendable {
        fileprivate let slot: UInt32
        fileprivate let life: UInt32
        public static let none = Watch(slot: .max, life: 0)
    }

    /// Names one scheduled timer; inert after it fired or was cancelled.
    public struct Timer {
        fileprivate let entry: TimerEntry?
        public static var none: Timer { Timer(entry: nil) }
    }

    private struct Slot {
        var handler: (any ReadinessHandler)?
        var descriptor: CInt = -1
        var life: UInt32 = 0
    }

    fileprivate final class TimerEntry {
        let deadline: Instant
        let sequence: UInt64
        let kind: Int
        var handler: (any TimerHandler)?
        /// Place in the heap; -1 when it is in no heap.
        var place = -1

        init(deadline: Instant, sequence: UInt64, kind: Int, handler: any TimerHandler) {
            self.deadline = deadline
            self.sequence = sequence
            self.kind = kind
            self.handler = handler
        }
    }

    /// The instant at which the current pass woke; cheap, at most one pass old.
    public private(set) var now: Instant
    /// Passes completed, for heartbeats.
    public private(set) var passes: UInt64 = 0
    /// Called at the end of each pass.
    public var onPassEnd: ((Instant) -> Void)?

    private let epoll: OwnedDescriptor
    private var slots: [Slot] = []
    private var freeSlots: [UInt32] = []
    private var timers: [TimerEntry] = []
    private var nextSequence: UInt64 = 1
    private var deferred: [() -> Void] = []
    private var stopping = false
    private let events: UnsafeMutablePointer<epoll_event>
    private static let eventsMax = 256

    public init() throws(SystemCallError) {
        let number = epoll_create1(CInt(EPOLL_CLOEXEC))
        guard number >= 0 else { throw SystemCallError("epoll_create1", errno: errno) }
        self.epoll = OwnedDescriptor(adopting: number)
        unsafe self.events = UnsafeMutablePointer<epoll_event>.allocate(capacity: Self.eventsMax)
        self.now = Instant.now()
    }

    deinit { unsafe self.events.deallocate() }

    // MARK: Descriptors

    /// Starts watching an open descriptor. The caller keeps owning it and must `unwatch` before closing it.
    public func watch(_ descriptor: CInt, for interest: Readiness, handler: any ReadinessHandler) throws(SystemCallError) -> Watch {
        let index: UInt32
        if let free = self.freeSlots.popLast() {
            index = free
        } else {
            index = UInt32(self.slots.count)
            self.slots.append(Slot())
        }
        self.slots[Int(index)].life &+= 1
        self.slots[Int(index)].handler = handler
        self.slots[Int(index)].descriptor = descriptor
        let watch = Watch(slot: index, life: self.slots[Int(index)].life)
        do {
            try self.control(EPOLL_CTL_ADD, descriptor, interest, watch)
        } catch {
            self.slots[Int(index)].handler = nil
            self.freeSlots.append(index)
            throw error
        }
        return watch
    }

    /// Replaces what is waited for.
    public func change(_ watch: Watch, to interest: Readiness) throws(SystemCallError) {
        guard let descriptor = self.descriptor(of: watch) else { return }
        try self.control(EPOLL_CTL_MOD, descriptor, interest, watch)
    }

    /// Ends a watch. Harmless when it has ended already.
    public func unwatch(_ watch: Watch) {
        guard let descriptor = self.descriptor(of: watch) else { return }
        _ = epoll_ctl(self.epoll.rawNumber, EPOLL_CTL_DEL, descriptor, nil)
        self.slots[Int(watch.slot)].handler = nil
        self.slots[Int(watch.slot)].life &+= 1
        self.freeSlots.append(watch.slot)
    }

    private func descriptor(of watch: Watch) -> CInt? {
        guard watch.slot < self.slots.count, self.slots[Int(watch.slot)].life == watch.life,
            self.slots[Int(watch.slot)].handler != nil
        else { return nil }
        return self.slots[Int(watch.slot)].descriptor
    }

    private func control(_ operation: CInt, _ descriptor: CInt, _ interest: Readiness, _ watch: Watch) throws(SystemCallError) {
        var event = unsafe epoll_event()
        unsafe kt_epoll_event_set(&event, interest.rawValue, UInt64(watch.life) << 32 | UInt64(watch.slot))
        guard unsafe epoll_ctl(self.epoll.rawNumber, operation, descriptor, &event) == 0 else {
            throw SystemCallError("epoll_ctl", errno: errno)
        }
    }

    // MARK: Timers

    /// Calls `handler` once at or after `deadline`. The loop keeps `handler` alive until then or until `cancel`.
    ///
    /// For deadlines that move often keep one timer, and schedule it anew when it fires early.
    public func schedule(at deadline: Instant, kind: Int = 0, handler: any TimerHandler) -> Timer {
        let entry = TimerEntry(deadline: deadline, sequence: self.nextSequence, kind: kind, handler: handler)
        self.nextSequence += 1
        entry.place = self.timers.count
        self.timers.append(entry)
        self.siftUp(entry.place)
        return Timer(entry: entry)
    }

    /// Cancels a timer that has not fired.
    public func cancel(_ timer: Timer) {
        guard let entry = timer.entry, entry.place >= 0 else { return }
        self.removeTimer(at: entry.place)
        entry.handler = nil
    }

    private func removeTimer(at place: Int) {
        let last = self.timers.count - 1
        if place != last { self.swapTimers(place, last) }
        self.timers.removeLast().place = -1
        if place < self.timers.count {
            self.siftDown(place)
            self.siftUp(place)
        }
    }

    private func swapTimers(_ a: Int, _ b: Int) {
        self.timers.swapAt(a, b)
        self.timers[a].place = a
        self.timers[b].place = b
    }

    private func precedes(_ a: Int, _ b: Int) -> Bool {
        let (x, y) = (self.timers[a], self.timers[b])
        return x.deadline != y.deadline ? x.deadline < y.deadline : x.sequence < y.sequence
    }

    private func siftUp(_ start: Int) {
        var child = start
        while child > 0 {
            let parent = (child - 1) / 2
            guard self.precedes(child, parent) else { return }
            self.swapTimers(child, parent)
            child = parent
        }
    }

    private func siftDown(_ start: Int) {
        var parent = start
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < self.timers.count && self.precedes(child, least) {
                least = child
            }
            if least == parent { return }
            self.swapTimers(parent, least)
            parent = least
        }
    }

    // MARK: Running

    /// Runs `action` at the end of the current pass, after descriptors and timers.
    public func deferToPassEnd(_ action: @escaping () -> Void) { self.deferred.append(action) }

    /// Makes `run` return at the end of the current pass.
    public func stop() { self.stopping = true }

    /// Runs passes until `stop`. No pass waits longer than `longestWait`.
    public func run(longestWait: Duration = .seconds(3600)) {
        self.stopping = false
        while !self.stopping { self.runOnce(longestWait: longestWait) }
    }

    /// One pass.
    public func runOnce(longestWait: Duration) {
        var wait = self.deferred.isEmpty ? longestWait.nanoseconds : 0
        if let first = self.timers.first {
            wait = min(wait, max(0, first.deadline.nanoseconds - Instant.now().nanoseconds))
        }
        let milliseconds = CInt(clamping: (wait + 999_999) / 1_000_000)
        let count = unsafe epoll_wait(self.epoll.rawNumber, self.events, CInt(Self.eventsMax), milliseconds)
        self.now = Instant.now()
        if count > 0 {
            for index in 0..<Int(count) {
                let readiness = unsafe Readiness(rawValue: self.events[index].events)
                let data = unsafe kt_epoll_event_data(self.events + index)
                let slot = Int(truncatingIfNeeded: data & 0xFFFF_FFFF)
                let life = UInt32(truncatingIfNeeded: data >> 32)
                guard slot < self.slots.count, self.slots[slot].life == life, let handler = self.slots[slot].handler else { continue }
                handler.ready(readiness, on: Watch(slot: UInt32(slot), life: life))
            }
        }
        while let first = self.timers.first, first.deadline <= self.now {
            self.removeTimer(at: 0)
            let handler = first.handler
            first.handler = nil
            handler?.timerFired(kind: first.kind, at: self.now)
        }
        if !self.deferred.isEmpty {
            let actions = self.deferred
            self.deferred.removeAll(keepingCapacity: true)
            for action in actions { action() }
        }
        self.passes &+= 1
        self.onPassEnd?(self.now)
    }
}
