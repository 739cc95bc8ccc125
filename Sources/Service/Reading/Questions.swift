internal import HTTPTypes
internal import Intake
internal import Leads
internal import Ledger
internal import OrderedJSON
internal import Reports
internal import Views

extension HTTPField.Name {
    static let link = Self("Link")!
}

extension LeadService {
    static let pageSizes: ClosedRange<Int64> = 1...1_000
    static let pageSize = 100

    /// Answers a question on a thread for reading, once the views hold all that was recorded before it came.
    func ask(
        _ exchange: Exchange, waitsForViews: Bool = true,
        _ body: @escaping @Sendable (QueryParameters) throws -> Answer
    ) async throws -> Answer {
        let parameters = try QueryParameters(exchange.query, known: exchange.route.parameterNames)
        if waitsForViews { await folded(status().events) }
        return try await reads.run { try Self.explained { try body(parameters) } }
    }

    /// Says of errors that are the caller's which parameter is meant.
    private static func explained<Result>(_ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let error as InvalidCursor {
            throw Problem.parameter("cursor", "The \(error.description.dropFirst("the ".count)).")
        } catch let error as QuestionError {
            let name =
                switch error {
                case .unknownDestination: "destination"
                case .unknownState: "state"
                case .emptyPeriod: "until"
                }
            throw Problem.parameter(name, "There is no such \(name == "until" ? "period" : name).")
        }
    }

    /// The ledger and its views as of now.
    func snapshot() throws -> Snapshot {
        let ledger = try LedgerReader(files: files)
        guard let views = try ViewsReader(files: files, ledger: ledger.id, policy: policy) else {
            throw Problem(.viewsUnavailable, "They are being made.").retry(afterSeconds: 5)
        }
        return try Snapshot(ledger: ledger, views: views, policy: policy)
    }

    /// A list, page by page.
    func list(
        _ exchange: Exchange, waitsForViews: Bool = true,
        _ page: @escaping @Sendable (QueryParameters, _ limit: Int, _ cursor: String?) throws -> Page
    ) async throws -> Answer {
        let path = exchange.route.template
        return try await ask(exchange, waitsForViews: waitsForViews) { parameters in
            let limit = try parameters.integer("limit", in: Self.pageSizes).map { Int($0) } ?? Self.pageSize
            let page = try page(parameters, limit, parameters["cursor"])
            var answer = Answer.json(["items": .array(page.items), "cursor": .optional(page.cursor)])
            if let cursor = page.cursor {
                answer.headers.append((.link, "<\(path)?\(parameters.next(cursor))>; rel=\"next\""))
            }
            return answer
        }
    }

    func listLeads(_ exchange: Exchange) async throws -> Answer {
        try await list(exchange) { [self] parameters, limit, cursor in
            var filter = LeadList.Filter()
            filter.stage = try parameters.value("stage", expected: "interest, trial or active") { Stage(name: $0) }
            filter.offer = parameters["offer"].flatMap { Offer($0) }
            filter.search = parameters["search"]
            filter.tests = try parameters.flag("test")
            return try LeadList(try snapshot()).page(filter, limit: limit, cursor: cursor)
        }
    }

    func showCustomer(_ exchange: Exchange) async throws -> Answer {
        guard let name = PercentEncoding.decode(exchange.argument) else {
            throw Problem(.malformedRequest, "The customer is not percent-encoded UTF-8.")
        }
        return try await ask(exchange) { [self] parameters in
            let asOf = try parameters.instant("as-of")
            let snapshot = try snapshot()
            guard let subject = try snapshot.subject(name, rules: .system),
                let report = try LeadReport(snapshot, subject: subject, asOf: asOf).json()
            else {
                throw Problem(
                    .unknownCustomer, "The ledger knows nobody by it" + (asOf == nil ? "." : " as of that time."))
            }
            return .json(report)
        }
    }

    func listAttempts(_ exchange: Exchange) async throws -> Answer {
        try await list(exchange) { [self] parameters, limit, cursor in
            let snapshot = try snapshot()
            var filter = AuditList.Filter()
            if let customer = parameters["customer"] {
                guard let subject = try snapshot.subject(customer, rules: .system) else {
                    throw Problem.parameter("customer", "The ledger knows nobody by it.")
                }
                filter.subject = subject
            }
            filter.destination = parameters["destination"]
            filter.since = try parameters.instant("since")
            filter.until = try parameters.instant("until")
            filter.outcome = try parameters.choice("outcome", Outcome.self)
            return try AuditList(snapshot).page(filter, limit: limit, cursor: cursor)
        }
    }

    func listDeliveries(_ exchange: Exchange) async throws -> Answer {
        try await list(exchange) { [self] parameters, limit, cursor in
            var filter = DeliveryList.Filter()
            filter.state = parameters["state"]
            filter.destination = parameters["destination"]
            return try DeliveryList(try snapshot()).page(filter, limit: limit, cursor: cursor)
        }
    }

    func listEvents(_ exchange: Exchange) async throws -> Answer {
        try await list(exchange, waitsForViews: false) { [self] parameters, limit, cursor in
            var filter = EventList.Filter()
            filter.from = try parameters.integer("from", in: 1...Int64.max)
            filter.to = try parameters.integer("to", in: 0...Int64.max)
            filter.type = try parameters.value("type", expected: "a type of events") { name in
                EventType.allCases.first { $0.name == name }
            }
            return try EventList(try LedgerReader(files: files)).page(filter, limit: limit, cursor: cursor)
        }
    }

    func showFunnel(_ exchange: Exchange) async throws -> Answer {
        try await ask(exchange) { [self] parameters in
            let query = FunnelQuery(
                policy: try parameters.value("policy", expected: "a policy there is") { try policies($0) }
                    ?? policies(Policy.september2018.name),
                mode: try parameters.choice("mode", FunnelQuery.Mode.self) ?? .reached,
                unit: try parameters.choice("unit", FunnelQuery.Unit.self) ?? .lead,
                window: try parameters.value("window", expected: "a duration such as 90d or 12h") { Span($0) }
                    ?? 90 * .day,
                since: try parameters.instant("since"), until: try parameters.instant("until"),
                asOf: try parameters.instant("as-of"), by: try parameters.dimensions("by"), now: clock())
            return .json(try snapshot().funnel(query).json)
        }
    }
}

extension QueryParameters {
    fileprivate func flag(_ name: String) throws(Problem) -> Bool {
        try value(name, expected: "true or false") { ["true": true, "false": false][$0] } ?? false
    }

    fileprivate func dimensions(_ name: String) throws(Problem) -> [FunnelQuery.Dimension] {
        let known = FunnelQuery.Dimension.allCases.map(\.rawValue).joined(separator: ", ")
        return try value(name, expected: "one or several, with commas, of \(known)") { text in
            let names = text.split(separator: ",", omittingEmptySubsequences: false)
            let dimensions = names.compactMap { FunnelQuery.Dimension(rawValue: $0.lowercased()) }
            return dimensions.count == names.count ? dimensions : nil
        } ?? []
    }
}
