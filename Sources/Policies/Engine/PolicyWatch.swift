/// Who looks at a text now, told to whoever wants to know it should this process not live to say so.
final class PolicyWatch {
    /// `number`: `PolicyKind.number` of the policy that is about to look, or 0 for what all of them share.
    var onPolicy: ((_ number: Int) -> Void)?
    private var current = -1

    /// A new text: decoding and the scan for all patterns come first. Told every time, since the listener may have begun anew itself.
    @inline(__always)
    func begin() {
        guard let onPolicy = self.onPolicy else { return }
        self.current = 0
        onPolicy(0)
    }

    /// One policy judges a hit or adds up what was found. Told when it is another than before.
    @inline(__always)
    func look(_ number: Int) {
        guard let onPolicy = self.onPolicy, self.current != number else { return }
        self.current = number
        onPolicy(number)
    }
}
