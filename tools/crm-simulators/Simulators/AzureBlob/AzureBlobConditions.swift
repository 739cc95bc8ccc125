/// What a request says about the blob as it must be, and the part of it that is asked.
struct AzureBlobConditions {
    private let match: String?
    private let noneMatch: String?
    private let appendPosition: Int?
    private let maximumSize: Int?

    static let notMet = AzureFault(
        412, "ConditionNotMet", "The condition specified using HTTP conditional header(s) is not met.")

    init(_ arrival: Arrival) throws(AzureFault) {
        match = arrival["if-match"]
        noneMatch = arrival["if-none-match"]
        appendPosition = try Self.count(arrival["x-ms-blob-condition-appendpos"])
        maximumSize = try Self.count(arrival["x-ms-blob-condition-maxsize"])
    }

    private static func count(_ text: String?) throws(AzureFault) -> Int? {
        guard let text else { return nil }
        guard let count = Int(text), count >= 0 else { throw .header }
        return count
    }

    /// Checks what must hold before a blob is put.
    func checkPut(_ known: AzureBlob?) throws(AzureFault) {
        if noneMatch == "*", known != nil {
            throw AzureFault(409, "BlobAlreadyExists", "The specified blob already exists.")
        }
        try checkMatch(known)
        if let noneMatch, noneMatch == known?.etag { throw Self.notMet }
    }

    /// Checks what must hold before `count` bytes are added.
    func checkAppend(_ known: AzureBlob, count: Int) throws(AzureFault) {
        try checkMatch(known)
        if let noneMatch, noneMatch == "*" || noneMatch == known.etag { throw Self.notMet }
        if let maximumSize, known.bytes.count + count > maximumSize {
            throw AzureFault(
                412, "MaxBlobSizeConditionNotMet", "The max blob size condition specified was not met.")
        }
        if let appendPosition, appendPosition != known.bytes.count {
            throw AzureFault(
                412, "AppendPositionConditionNotMet", "The append position condition specified was not met.")
        }
    }

    func checkRead(_ known: AzureBlob) throws(AzureFault) {
        try checkMatch(known)
        if let noneMatch, noneMatch == "*" || noneMatch == known.etag {
            throw AzureFault(304, "ConditionNotMet", "The blob is as it was.")
        }
    }

    func checkMatch(_ known: AzureBlob?) throws(AzureFault) {
        guard let match else { return }
        guard let known, match == "*" || match == known.etag else { throw Self.notMet }
    }

    /// The bytes that are asked; `nil` for all. The service's own header goes before the common one.
    static func range(_ arrival: Arrival, length: Int) throws(AzureFault) -> Range<Int>? {
        guard let text = arrival["x-ms-range"] ?? arrival["range"] else { return nil }
        guard text.hasPrefix("bytes=") else { throw .header }
        let ends = text.dropFirst(6).split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        guard ends.count == 2, let first = Int(ends[0]), first >= 0 else { throw .header }
        let last = Int(ends[1]) ?? Int.max - 1
        guard ends[1].isEmpty || Int(ends[1]) != nil, last >= first else { throw .header }
        guard first < length else {
            throw AzureFault(
                416, "InvalidRange", "The range specified is invalid for the current size of the resource.")
        }
        return first..<min(last + 1, length)
    }
}
