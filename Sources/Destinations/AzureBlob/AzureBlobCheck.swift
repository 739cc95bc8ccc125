internal import Azure
internal import Leads
internal import Outbound

/// Looks whether lines could be added to the blobs of a container, by asking for the first byte of today's.
struct AzureBlobCheck {
    let access: StorageAccess
    let service: BlobService
    let session: StorageSession
    /// It need not be there.
    let blob: BlobName
    let makesContainer: Bool

    func steps(now: Instant) async -> [CheckStep] {
        // Leave to write is leave to make and to add as well.
        if let problem = access.problem(needs: ["r", "aw", "cw"], table: nil, now: now) { return [problem] }
        let exchange = await session.send(now: now) { () throws(EndpointURL.Problem) in
            try service.request(read: blob, 0..<1, now: now)
        }
        var look = StorageCheck.look(exchange, access, now: now) { status, code in
            // No blob has been made today, or nothing is in it yet.
            status == 200 || status == 206 || code == "BlobNotFound" || code == "InvalidRange"
        }
        if look.isDone { return look.steps }
        look.steps.append(StorageCheck.permission(access, of: "container"))
        if look.error == nil, let type = exchange.answer?["x-ms-blob-type"], type != "AppendBlob" {
            look.steps.append(
                CheckStep(
                    "blob", problem: "InvalidBlobType: \(blob.name) is a \(type)",
                    mend: "move that blob away, or set another prefix"))
            return look.steps
        }
        look.steps.append(
            StorageCheck.place(
                "container", blob.container, look.error, missing: "ContainerNotFound", isMade: makesContainer))
        return look.steps
    }
}
