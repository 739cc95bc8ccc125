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
        look.steps.append(permission)
        switch look.error?.code {
        case nil: look.steps.append(CheckStep("table", good: "\(table) is there"))
        case "TableNotFound" where makesTable:
            look.steps.append(CheckStep("table", good: "\(table) is not there, and is made with the first lead"))
        default:
            let error = look.error
            look.steps.append(
                CheckStep(
                    "table", problem: "\(error?.code ?? ""): \(error?.problem ?? "")", mend: error?.mend ?? ""))
        }
        return look.steps
    }

    private var permission: CheckStep {
        guard case .signature(let signature) = access.credential else {
            return CheckStep("permission", good: "a key permits everything")
        }
        return CheckStep(
            "permission",
            good: signature.permissions.map { "the shared access signature permits \($0)" }
                ?? "a policy that is stored with the table says what is permitted")
    }
}
