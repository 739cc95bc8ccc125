/// Which leads a destination wants. An empty list wants all.
package struct DestinationFilter: Hashable, Sendable {
    /// Offers as `publisher.offer`, or all of a publisher as `publisher.*`.
    package var offers: [String]
    package var stages: [Stage]
    /// Countries as reports show them: a code where the spelling is known, else the text as it came.
    package var countries: [String]
    /// Leads whose latest action is older are not wanted.
    package var since: Instant?

    package init(offers: [String] = [], stages: [Stage] = [], countries: [String] = [], since: Instant? = nil) {
        self.offers = offers
        self.stages = stages
        self.countries = countries
        self.since = since
    }

    /// Why a lead is not wanted, as the reason that is recorded and shown.
    package enum Exclusion: String, CaseIterable, Sendable {
        case offer, stage, country, since
    }

    /// The first reason not to send a lead; `nil` when it is wanted. Text matches without regard to case.
    package func exclusion(
        offer: Offer?, stage: Stage?, country: String?, latestActionAt: Instant
    ) -> Exclusion? {
        if !offers.isEmpty, !offers.contains(where: { Self.matches($0, offer) }) { return .offer }
        if !stages.isEmpty, !(stage.map(stages.contains) ?? false) { return .stage }
        if !countries.isEmpty {
            let country = country?.lowercased()
            if !countries.contains(where: { $0.lowercased() == country }) { return .country }
        }
        if let since, latestActionAt < since { return .since }
        return nil
    }

    private static func matches(_ pattern: String, _ offer: Offer?) -> Bool {
        guard let offer = offer?.text.lowercased() else { return false }
        let pattern = pattern.lowercased()
        return pattern.hasSuffix(".*") ? offer.hasPrefix(pattern.dropLast()) : offer == pattern
    }
}
