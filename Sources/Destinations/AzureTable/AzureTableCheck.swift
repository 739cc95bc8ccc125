internal import Azure
internal import Leads

/// Looks whether leads could be written into a table, by asking for one entity of it.
struct AzureTableCheck {
    let access: StorageAccess
    let service: TableService
    let session: StorageSession
    let table: String
    let makesTable: Bool

    func steps(now: Instant) async -> [CheckStep] {
        if let problem = access.problem(needs: ["a", "u"], table: table, now: now) { return [problem] }
        let exchange = await session.send(now: now) { () throws(EndpointURL.Problem) in
            try service.request(TableQuery(table: table, top: 1), now: now)
        }
        var look = StorageCheck.look(exchange, access, now: now) { status, _ in status == 200 }
        if look.isBlind, case .signature(let signature) = access.credential,
            signature.permissions?.contains("r") == false
        {
            look.steps[look.steps.count - 1] = CheckStep(
                "permission", good: "may add and update; without permission r the table itself cannot be looked at")
        }
        if look.isDone { return look.steps }
        look.steps.append(StorageCheck.permission(access, of: "table"))
        look.steps.append(
            StorageCheck.place(
                "table", table, look.error, missing: "TableNotFound", isMade: makesTable))
        return look.steps
    }
}
