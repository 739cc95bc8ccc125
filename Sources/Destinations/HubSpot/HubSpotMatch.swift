internal import OrderedJSON

/// Tells which input of a batch each result and each error is about, for HubSpot keeps to no order.
///
/// First by the trace id that went along with each input, then by the id that the contact was to be found by. Where one
/// input and one entry are left over, they belong together.
struct HubSpotMatch {
    /// What one input got; `nil` where nothing can be told to be its own.
    enum Part {
        case result(JSON)
        case error(JSON)
    }

    /// - Parameters:
    ///   - traces: the trace id of each input.
    ///   - ids: what each was looked up by.
    static func parts(
        results: [JSON], errors: [JSON], traces: [String], ids: [String], idProperty: String
    ) -> [Part?] {
        var parts = [Part?](repeating: nil, count: ids.count)
        let byTrace = places(traces)
        let byID = places(ids.map { $0.lowercased() })
        var (leftResults, leftErrors): ([JSON], [JSON]) = ([], [])
        for result in results {
            let properties = result["properties"]
            let named = [properties?[idProperty]?.string?.lowercased()].compactMap { $0 }
            let found = traced(result).compactMap { byTrace[$0] } + named.compactMap { byID[$0] }
            if let place = found.first { parts[place] = .result(result) } else { leftResults.append(result) }
        }
        for error in errors {
            let context = error["context"]
            let named = ["id", "ids", "email", "emails", idProperty]
                .flatMap { HubSpotOutcome.texts(context?[$0]) }.map { $0.lowercased() }
            let found = Set(traced(error).compactMap { byTrace[$0] } + named.compactMap { byID[$0] })
            // An error outdoes a result, for whoever is told of both has a contact that is not as it should be.
            for place in found { parts[place] = .error(error) }
            if found.isEmpty { leftErrors.append(error) }
        }
        let open = parts.indices.filter { parts[$0] == nil }
        if open.count == 1, leftResults.count + leftErrors.count == 1 {
            parts[open[0]] = leftErrors.first.map { .error($0) } ?? leftResults.first.map { .result($0) }
        }
        return parts
    }

    /// Places by name; names that stand twice are none.
    private static func places(_ names: [String]) -> [String: Int] {
        let grouped = Dictionary(grouping: names.indices) { names[$0] }
        return grouped.filter { $0.value.count == 1 }.mapValues { $0[0] }
    }

    /// The trace ids of a result or an error, in each spelling and place that has been seen.
    private static func traced(_ json: JSON) -> [String] {
        let names = [
            "objectWriteTraceId", "objectWriteTraceIds", "object_write_trace_id", "objectwritetraceid",
            "hs_object_write_trace_id",
        ]
        return [json, json["context"], json["properties"]]
            .flatMap { place in names.flatMap { HubSpotOutcome.texts(place?[$0]) } }
    }
}
