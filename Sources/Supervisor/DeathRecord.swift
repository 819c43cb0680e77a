/// How one worker ended without being asked, for `gateway status`.
struct DeathRecord: Equatable {
    enum Kind: String { case crash, hang, oom }

    /// RFC 3339, UTC.
    var time: String
    var slot: Int
    var generation: UInt64
    var pid: Int32
    /// After "worker 0 ".
    var how: String
    var kind: Kind
    /// Since its spawn.
    var uptimeMilliseconds: Int

    /// What the supervisor keeps.
    static let recordsMax = 100
}

/// The latest of something, oldest first, and how many there have been.
struct RecentList<Element> {
    let limit: Int
    private(set) var elements: [Element] = []
    private(set) var total = 0

    init(limit: Int) {
        precondition(limit > 0, "a list of nothing")
        self.limit = limit
    }

    mutating func append(_ element: Element) {
        if self.elements.count == self.limit { self.elements.removeFirst() }
        self.elements.append(element)
        self.total += 1
    }

    /// Changes the latest element that fits.
    mutating func changeLast(where fits: (Element) -> Bool, _ change: (inout Element) -> Void) {
        guard let index = self.elements.lastIndex(where: fits) else { return }
        change(&self.elements[index])
    }
}

extension RecentList: Equatable where Element: Equatable {}
