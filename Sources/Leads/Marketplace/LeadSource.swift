/// The text in which the marketplace says where a lead came from: `Source-Action | publisher.offer`.
///
/// Two shapes are in use: the whole text, and a bare source whose action comes in a field of its own. The text is read
/// so: the first `|` parts the offer off; on its left the last `-` parts source and action (no known source or action
/// has a hyphen, while offers are full of them); white space around each part is free. A part that is missing is `nil`.
package struct LeadSource: Hashable, Sendable {
    package let source: Source?
    package let action: Action?
    package let offer: Offer?

    package init(_ text: String) {
        let halves = text.split(separator: "|", maxSplits: 1, omittingEmptySubsequences: false)
        let left = (halves.first.map { String($0) } ?? "").trimmed
        offer = halves.count > 1 ? Offer(String(halves[1])) : nil
        // Without an offer, a hyphen parts source and action only where one of them is known: "Test-run" is a source.
        if let hyphen = left.lastIndex(of: "-") {
            let source = Source(String(left[..<hyphen]))
            let action = Action(String(left[left.index(after: hyphen)...]))
            if halves.count > 1 || source.isKnown || action.isKnown {
                self.source = source.name.isEmpty ? nil : source
                self.action = action.code.isEmpty ? nil : action
                return
            }
        }
        source = left.isEmpty ? nil : Source(left)
        action = nil
    }
}
