/// What lists read. Each begins by a key where the list before ended, and stands in the order of that key, so that
/// nothing before is read and nothing after is gathered.
enum ListQueries {
    static let leads = rows(LeadRow.self, "WHERE key > ?1 ORDER BY key")
    static let deliveries = rows(DeliveryRow.self, "WHERE key > ?1 AND key <= ?2 ORDER BY key")
    static let attempts = "SELECT \(AttemptRow.columns) FROM attempt WHERE seq > ?1 ORDER BY seq"
    /// One customer's attempts are few: they are gathered and sorted.
    static let attemptsOfSubject = """
        SELECT \(AttemptRow.columns) FROM attempt INDEXED BY attempt_lead
        WHERE lead BETWEEN ?2 AND ?3 AND seq > ?1 ORDER BY seq
        """
    static let quarantine = "SELECT seq, released_by FROM quarantine WHERE seq > ?1 ORDER BY seq"

    private static func rows<Row: TableRow>(_ row: Row.Type, _ rest: String) -> String {
        "SELECT \(Row.columns.joined(separator: ", ")) FROM \(Row.table) \(rest)"
    }
}
