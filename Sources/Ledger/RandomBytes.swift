/// Random numbers for ids.
package struct RandomBytes: Sendable {
    private let next: @Sendable () -> UInt64

    /// - Parameter next: where numbers come from; the system's secure generator unless a test gives its own.
    package init(next: @escaping @Sendable () -> UInt64 = { UInt64.random(in: .min ... .max) }) { self.next = next }

    mutating func pair() -> (UInt64, UInt64) { (next(), next()) }
}
