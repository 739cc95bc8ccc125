internal import Crypto
internal import Leads

/// The access tokens that a simulated system has handed out; only their digests are kept.
struct AccessTokenBook {
    struct Entry {
        /// What the token is for, in the system's own terms.
        let audience: String
        var endsAt: Instant
        let lifetime: Span
    }

    enum State {
        case unknown, ended
        case good(audience: String)
    }

    private var entries: [SHA256.Digest: Entry] = [:]
    /// Tokens handed out so far, ended ones included.
    private(set) var count = 0

    /// More tokens than this are not kept: a sender that asks for one with each request shall not fill the memory.
    private static let kept = 100_000

    /// Makes a token that nobody can guess.
    mutating func issue(
        prefix: String = "", suffix: String = "", audience: String, at now: Instant, lifetime: Span
    ) -> String {
        let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789")
        var random = SystemRandomNumberGenerator()
        let token = prefix + String((0..<43).map { _ in letters.randomElement(using: &random) ?? "A" }) + suffix
        if entries.count >= Self.kept { entries = entries.filter { now < $0.value.endsAt } }
        entries[Self.digest(token)] = Entry(audience: audience, endsAt: now + lifetime, lifetime: lifetime)
        count += 1
        return token
    }

    func state(of token: String, at now: Instant) -> State {
        guard let entry = entries[Self.digest(token)] else { return .unknown }
        return now < entry.endsAt ? .good(audience: entry.audience) : .ended
    }

    /// Lets a token live as long again from now on, as sessions do that end only when nobody uses them.
    mutating func renew(_ token: String, at now: Instant) {
        let digest = Self.digest(token)
        guard let entry = entries[digest] else { return }
        entries[digest]?.endsAt = now + entry.lifetime
    }

    /// Ends every token that was handed out so far.
    mutating func endAll() {
        for digest in entries.keys { entries[digest]?.endsAt = .earliest }
    }

    private static func digest(_ token: String) -> SHA256.Digest { SHA256.hash(data: Array(token.utf8)) }
}
