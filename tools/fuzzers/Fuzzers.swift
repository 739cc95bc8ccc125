/// What is fuzzed: each takes any bytes at all and must neither crash nor take long.
enum Fuzzers {
    typealias Body = @convention(c) (UnsafePointer<UInt8>?, Int) -> Int32

    static let all: [(name: String, body: Body, seeds: [[UInt8]])] = [
        ("json", { Decoders.json(bytes($0, $1)) }, Seeds.json),
        ("lead-requests", { Decoders.leadRequests(bytes($0, $1)) }, Seeds.leadRequests),
        ("action-requests", { Decoders.actionRequests(bytes($0, $1)) }, Seeds.actionRequests),
        ("kept-requests", { Decoders.keptRequest(bytes($0, $1)) }, Seeds.keptRequests),
        ("import", { Decoders.rows(bytes($0, $1)) }, Seeds.rows),
        ("gunzip", { Decoders.gunzip(bytes($0, $1)) }, Seeds.compressed),
        ("azure-entities", { Decoders.entities(bytes($0, $1)) }, Seeds.entities),
    ]

    private static func bytes(_ start: UnsafePointer<UInt8>?, _ count: Int) -> [UInt8] {
        Array(UnsafeBufferPointer(start: start, count: count))
    }
}
