internal import HTTPTypes
internal import Synchronization

/// Counters and gauges as Prometheus text 0.0.4.
///
/// Labels have values from fixed lists (route templates, methods, classes of status), or names that operators gave:
/// never what a sender wrote, so their number is bounded and no contact data stands in them.
package final class Metrics: Sendable {
    package typealias Label = (name: String, value: String)

    package struct Sample: Sendable {
        let suffix: String
        let labels: [Label]
        let value: Double

        /// - Parameter suffix: what follows the family's name, such as `_sum` in a histogram.
        package init(_ suffix: String = "", _ labels: [Label] = [], _ value: Double) {
            self.suffix = suffix
            self.labels = labels
            self.value = value
        }
    }

    /// Samples under one name.
    package struct Family: Sendable {
        package enum Kind: String, Sendable {
            case counter, gauge, histogram
        }

        let name: String
        let kind: Kind
        let help: String
        let samples: [Sample]

        package init(_ name: String, _ kind: Kind, _ help: String, _ samples: [Sample]) {
            self.name = name
            self.kind = kind
            self.help = help
            self.samples = samples
        }
    }

    /// What became of events that came in over HTTP.
    enum Result: String, CaseIterable {
        case recorded, duplicate, quarantined, refused
    }

    let connections = Counter()
    let accepted = Counter()
    let waiting = Counter()
    let bodies = Counter()
    let reads = Counter()
    let appends = Histogram()
    private let events = Result.allCases.map { _ in Counter() }
    private let requests: [RequestCounts]
    /// By the names of endpoints, which operators gave.
    private let cutOff = Mutex<[String: Int]>([:])
    private let sources = Mutex<[@Sendable () -> [Family]]>([])

    package init() { requests = (LeadService.routes.routes.map(\.template) + ["unmatched"]).map { RequestCounts($0) } }

    /// Adds figures that somebody else knows; asked for with each reading.
    package func add(_ source: @escaping @Sendable () -> [Family]) { sources.withLock { $0.append(source) } }

    func count(_ result: Result, _ number: Int = 1) {
        for (index, known) in Result.allCases.enumerated() where known == result { events[index].add(number) }
    }

    /// A lead of this endpoint did not come whole.
    func brokenOff(_ endpoint: String) { cutOff.withLock { $0[endpoint, default: 0] += 1 } }

    /// - Parameter place: of the route in the table; `nil` for none.
    func request(_ place: Int?, _ method: HTTPRequest.Method, status: Int, micros: Int) {
        requests[place ?? requests.count - 1].add(method, status: status, micros: micros)
    }

    /// All figures as text.
    package var text: String {
        var families = own
        for source in sources.withLock({ $0 }) { families += source() }
        var text = ""
        for family in families {
            text += "# HELP \(family.name) \(family.help)\n# TYPE \(family.name) \(family.kind.rawValue)\n"
            for sample in family.samples { text += family.name + sample.suffix + Self.line(sample) }
        }
        return text
    }

    private var own: [Family] {
        let results = zip(Result.allCases, events).map { result, counter in
            Sample("", [("result", result.rawValue)], Double(counter.count))
        }
        return [
            Family(
                "leadledger_http_requests_total", .counter, "Requests answered, by route, method and class of status.",
                requests.flatMap(\.samples)),
            Family(
                "leadledger_http_request_duration_seconds", .histogram, "From the head of a request to its answer.",
                requests.flatMap { $0.duration.samples([("route", $0.template)]) }),
            Family("leadledger_intake_events_total", .counter, "Events that came in over HTTP, by result.", results),
            Family(
                "leadledger_intake_broken_off_total", .counter,
                "Requests to an endpoint whose body did not come whole: nothing of them is recorded.",
                cutOff.withLock { $0 }.sorted { $0.key < $1.key }.map {
                    Sample("", [("endpoint", $0.key)], Double($0.value))
                }),
            Family(
                "leadledger_intake_waiting_events", .gauge, "Events that wait for a commit.",
                [Sample("", [], Double(waiting.count))]),
            Family(
                "leadledger_append_duration_seconds", .histogram, "From handing events in to their commit.",
                appends.samples([])),
            Family(
                "leadledger_http_body_bytes", .gauge, "Bytes of request bodies in memory.",
                [Sample("", [], Double(bodies.count))]),
            Family(
                "leadledger_http_waiting_reads", .gauge, "Reading requests that run or wait.",
                [Sample("", [], Double(reads.count))]),
            Family(
                "leadledger_http_connections", .gauge, "Open connections.",
                [Sample("", [], Double(connections.count))]),
            Family(
                "leadledger_http_connections_total", .counter, "Connections taken.",
                [Sample("", [], Double(accepted.count))]),
        ]
    }

    private static func line(_ sample: Sample) -> String {
        let labels = sample.labels.map { "\($0.name)=\"\(escaped($0.value))\"" }.joined(separator: ",")
        let value =
            sample.value == sample.value.rounded() && abs(sample.value) < 1e15
            ? String(Int64(sample.value)) : "\(sample.value)"
        return (labels.isEmpty ? "" : "{\(labels)}") + " \(value)\n"
    }

    private static func escaped(_ value: String) -> String {
        var text = ""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\\": text += "\\\\"
            case "\"": text += "\\\""
            case "\n": text += "\\n"
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text
    }
}

/// The requests of one route.
private final class RequestCounts: Sendable {
    static let methods: [HTTPRequest.Method] = [.get, .head, .post, .options]
    static let classes = 1...5

    let template: String
    let duration = Histogram()
    /// One for each method, the last for all others, times each class of status.
    private let counters = (0..<(methods.count + 1) * classes.count).map { _ in Counter() }

    init(_ template: String) { self.template = template }

    func add(_ method: HTTPRequest.Method, status: Int, micros: Int) {
        let row = Self.methods.firstIndex(of: method) ?? Self.methods.count
        let column = min(max(status / 100, Self.classes.lowerBound), Self.classes.upperBound) - 1
        counters[row * Self.classes.count + column].add()
        duration.record(micros: micros)
    }

    var samples: [Metrics.Sample] {
        let names = Self.methods.map(\.rawValue) + ["other"]
        return counters.enumerated().compactMap { index, counter in
            guard counter.count > 0 else { return nil }
            let labels: [Metrics.Label] = [
                ("route", template), ("method", names[index / Self.classes.count]),
                ("status", "\(index % Self.classes.count + 1)xx"),
            ]
            return Metrics.Sample("", labels, Double(counter.count))
        }
    }
}
