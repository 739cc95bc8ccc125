internal import Leads
package import OrderedJSON

/// One part of a list, in the list's order.
package struct Page: Sendable {
    package let items: [JSON]
    /// Asks for the part after this one; `nil` when the list ends here. Where filters match little, the part after can
    /// turn out empty.
    package let cursor: String?
}

/// Gathers a page from rows that come in the order of their keys, and says when enough were read.
struct PageFiller {
    private let limit: Int
    private var items: [JSON] = []
    private var last: Int64?
    private var hasMore = false

    /// - Parameter limit: items at most; less than 1 is taken for 1.
    init(limit: Int) { self.limit = max(1, limit) }

    /// Whether the next row is to be looked at. A full page ends at the first row after it, whether or not that one
    /// would match: to look for the next match could mean to read to the end.
    mutating func takesMore() -> Bool {
        if items.count < limit { return true }
        hasMore = true
        return false
    }

    mutating func add(_ key: Int64, _ item: JSON) {
        items.append(item)
        last = key
    }

    func page(_ list: Cursor.List, _ ids: PublicID) -> Page {
        Page(items: items, cursor: hasMore ? last.map { Cursor.text(list, after: $0, ids) } : nil)
    }
}
