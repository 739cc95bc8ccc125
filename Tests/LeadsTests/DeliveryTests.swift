import Leads
import Testing

/// The fold of what a lead became and of the attempts to bring it to a destination.
@Suite struct DeliveryFoldTests {
    private func attempt(
        _ outcome: Outcome, version: Int64, retryAt: Int64? = nil, digest: [UInt8] = []
    ) -> Delivery.Attempt {
        Delivery.Attempt(
            outcome: outcome, version: version, at: 100, retryAt: retryAt, reason: outcome.rawValue, digest: digest)
    }

    private func wanted(_ version: Int64) -> Delivery {
        var delivery = Delivery()
        delivery.want(version, suppression: nil)
        return delivery
    }

    @Test func `a wanted lead is due whatever the clock says`() {
        #expect(wanted(7).state == .wanted)
        #expect(wanted(7).dueAt == Delivery.atOnce)
    }

    @Test func `after an attempt that may have arrived nobody knows what the destination has`() {
        var delivery = wanted(1)
        delivery.evolve(attempt(.delivered, version: 1, digest: [1]))
        #expect(delivery.state == .delivered && delivery.digest == [1])
        delivery.want(2, suppression: nil)
        delivery.evolve(attempt(.ambiguous, version: 2, retryAt: 200, digest: [2]))
        #expect(delivery.state == .unknown && delivery.digest == [])
    }

    @Test func `new content does not knock at a destination that is failing, its mending does`() {
        var delivery = wanted(1)
        delivery.evolve(attempt(.retry, version: 1, retryAt: 500))
        delivery.want(2, suppression: nil)
        #expect(delivery.state == .retry && delivery.dueAt == 500 && delivery.wanted == 2)
        delivery.want(2, suppression: nil, isMended: true)
        #expect(delivery.state == .wanted && delivery.dueAt == Delivery.atOnce && delivery.failures == 0)
    }

    @Test func `a refused lead is parked until it changes`() {
        var delivery = wanted(1)
        delivery.evolve(attempt(.rejected, version: 1))
        #expect(delivery.state == .parked && delivery.dueAt == nil && delivery.reason == "rejected")
        delivery.want(2, suppression: nil)
        #expect(delivery.state == .wanted)
    }

    @Test func `tries that run out park the lead, throttled ones never do`() {
        var delivery = wanted(1)
        delivery.evolve(attempt(.throttled, version: 1, retryAt: 900))
        #expect(delivery.state == .retry && delivery.failures == 0)
        delivery.evolve(attempt(.retry, version: 1))
        #expect(delivery.state == .parked && delivery.reason == "exhausted")
    }

    @Test func `a lead that may not be contacted is suppressed and stays so while an attempt ends`() {
        var delivery = wanted(1)
        delivery.want(2, suppression: "doNotContact")
        #expect(delivery.state == .suppressed && delivery.dueAt == nil)
        delivery.evolve(attempt(.retry, version: 1, retryAt: 300))
        #expect(delivery.state == .suppressed)
        delivery.want(3, suppression: nil)
        #expect(delivery.state == .wanted)
    }
}

struct DeliveryReleaseTests {
    private func delivery(_ outcome: Outcome?, retryAt: Int64? = nil) -> Delivery {
        var delivery = Delivery()
        delivery.want(1, suppression: nil)
        guard let outcome else { return delivery }
        delivery.evolve(
            Delivery.Attempt(outcome: outcome, version: 1, at: 5, retryAt: retryAt, reason: "why", digest: [9]))
        return delivery
    }

    @Test func `retry takes what failed, was parked or is unknown, and tries it at once`() {
        for (outcome, retryAt) in [(Outcome.retry, 90), (.rejected, nil), (.ambiguous, 90), (.ambiguous, nil)]
            as [(Outcome, Int64?)]
        {
            var delivery = delivery(outcome, retryAt: retryAt)
            delivery.evolve(.retry, seq: 7)
            #expect(delivery.state == .wanted && delivery.dueAt == Delivery.atOnce && delivery.failures == 0)
            #expect(delivery.wanted == 1 && delivery.reason == nil)
        }
        for outcome in [Outcome.delivered, nil] {
            var delivery = delivery(outcome)
            let before = delivery
            delivery.evolve(.retry, seq: 7)
            #expect(delivery == before)
        }
    }

    @Test func `release takes only what was parked`() {
        #expect(delivery(.rejected).takes(.release))
        #expect(!delivery(.retry, retryAt: 90).takes(.release) && !delivery(.delivered).takes(.release))
    }

    @Test func `resend sends the same content once more, as a version of its own`() {
        var delivery = delivery(.delivered)
        delivery.evolve(.resend, seq: 7)
        #expect(delivery.state == .wanted && delivery.wanted == 7 && delivery.digest == [])
        // Looking at the lead anew changes nothing of that, and a later action comes after it.
        delivery.want(1, suppression: nil, isMended: true)
        #expect(delivery.state == .wanted && delivery.wanted == 7)
        delivery.want(9, suppression: nil)
        #expect(delivery.wanted == 9)
    }

    @Test func `what arrived stays delivered when contact is forbidden later, and something newer is withheld`() {
        var delivery = delivery(.delivered)
        delivery.want(1, suppression: "doNotContact", isMended: true)
        #expect(delivery.state == .delivered && delivery.reason == nil)
        delivery.want(2, suppression: "doNotContact")
        #expect(delivery.state == .suppressed && delivery.reason == "doNotContact")
    }

    @Test func `what must not be sent is sent by no verb`() {
        var delivery = delivery(.delivered)
        delivery.want(2, suppression: "doNotContact")
        for release in Delivery.Release.allCases { delivery.evolve(release, seq: 7) }
        delivery.sendAgain(as: 8)
        #expect(delivery.state == .suppressed && delivery.dueAt == nil)
    }

    @Test func `an unknown end that nothing can find out waits for a person, whatever is set anew`() {
        var delivery = delivery(.ambiguous)
        #expect(delivery.state == .unknown && delivery.dueAt == nil && delivery.isHeldForPerson)
        delivery.want(1, suppression: nil, isMended: true)
        #expect(delivery.isHeldForPerson)
    }

    @Test func `another token is tried at once and costs nothing`() {
        let delivery = delivery(.authRefresh, retryAt: 5)
        #expect(delivery.state == .retry && delivery.dueAt == 5 && delivery.failures == 0)
    }
}
