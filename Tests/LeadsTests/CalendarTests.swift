import Leads
import Testing

@Suite struct `A civil date` {
    @Test func `follows the one before it, over four centuries and their leap years`() {
        var date = CivilDate(year: 1599, month: 12, day: 31)
        var days = date.daysSince1970
        while date.year < 2002 {
            let isLastOfMonth = date.day == CivilDate.daysIn(month: date.month, year: date.year)
            let next =
                !isLastOfMonth
                ? CivilDate(year: date.year, month: date.month, day: date.day + 1)
                : date.month < 12
                    ? CivilDate(year: date.year, month: date.month + 1, day: 1)
                    : CivilDate(year: date.year + 1, month: 1, day: 1)
            days += 1
            guard next.daysSince1970 == days, CivilDate(daysSince1970: days) == next else {
                Issue.record("\(next) does not follow \(date)")
                return
            }
            date = next
        }
    }

    @Test(
        arguments: [
            (1970, 1, 1, 0), (1970, 1, 2, 1), (1969, 12, 31, -1), (2000, 2, 29, 11_016), (2000, 3, 1, 11_017),
            (1, 1, 1, -719_162), (9999, 12, 31, 2_932_896), (2026, 11, 23, 20_780),
        ] as [(Int64, Int64, Int64, Int64)])
    func `has a number`(year: Int64, month: Int64, day: Int64, number: Int64) {
        let date = CivilDate(year: year, month: month, day: day)
        #expect(date.daysSince1970 == number)
        #expect(CivilDate(daysSince1970: number) == date)
    }

    @Test(
        arguments: [
            (1900, 28), (1996, 29), (1999, 28), (2000, 29), (2023, 28), (2024, 29), (2100, 28),
        ] as [(Int64, Int64)])
    func `knows how long February is`(year: Int64, days: Int64) {
        #expect(CivilDate.daysIn(month: 2, year: year) == days)
    }

    @Test func `knows how long the other months are`() {
        #expect(
            (1...12).map { CivilDate.daysIn(month: $0, year: 2023) } == [
                31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31,
            ])
    }

    @Test(arguments: [
        ("1970-01-01", "1970-W01"), ("1969-12-29", "1970-W01"), ("1969-12-28", "1969-W52"), ("2005-01-01", "2004-W53"),
        ("2005-01-02", "2004-W53"), ("2005-01-03", "2005-W01"), ("2005-12-31", "2005-W52"), ("2006-01-01", "2005-W52"),
        ("2007-01-01", "2007-W01"), ("2007-12-30", "2007-W52"), ("2007-12-31", "2008-W01"), ("2008-12-28", "2008-W52"),
        ("2008-12-29", "2009-W01"), ("2009-12-31", "2009-W53"), ("2010-01-03", "2009-W53"), ("2010-01-04", "2010-W01"),
        ("2020-12-31", "2020-W53"), ("2021-01-03", "2020-W53"), ("2024-02-29", "2024-W09"), ("2026-11-23", "2026-W48"),
        ("0001-01-01", "0001-W01"), ("9999-12-31", "9999-W52"),
    ])
    func `belongs to an ISO week`(date: String, week: String) {
        #expect(Instant(date)?.date.isoWeek == week)
    }

    @Test func `is written with four digits of year, and sorts by time`() {
        #expect(CivilDate(year: 99, month: 3, day: 4).description == "0099-03-04")
        #expect(CivilDate(year: 2024, month: 3, day: 4).yearAndMonth == "2024-03")
        #expect(CivilDate(year: 2023, month: 12, day: 31) < CivilDate(year: 2024, month: 1, day: 1))
    }
}

@Suite struct `A span` {
    @Test(
        arguments: [
            ("90d", 7_776_000), ("12h", 43_200), ("30m", 1_800), ("15s", 15), ("0d", 0), ("0s", 0),
            ("36500d", 3_153_600_000),
            ("876000h", 3_153_600_000), ("3153600000s", 3_153_600_000), ("007d", 604_800),
        ] as [(String, Int64)])
    func `is read from a number and a unit`(text: String, seconds: Int64) {
        #expect(Span(text) == seconds * .second)
    }

    @Test(arguments: [
        "", "d", "90", "90 d", " 90d", "90d ", "-1d", "+1d", "1.5h", "1w", "1D", "1h30m", "36501d", "876001h", "9０d",
        "99999999999999999999d", "d90", "٣d",
    ])
    func `is not read from anything else`(text: String) {
        #expect(Span(text) == nil)
    }

    @Test(arguments: [
        (90 * Span.day, "90d"), (36 * .hour, "36h"), (48 * .hour, "2d"), (90 * .minute, "90m"), (90 * .second, "90s"),
        (Span(micros: 0), "0s"),
    ])
    func `is written in the largest unit that divides it`(span: Span, text: String) {
        #expect(span.description == text)
        #expect(Span(text) == span)
    }

    @Test func `says its seconds`() {
        #expect(Span(micros: 1_500_000).seconds == 1.5)
        #expect(Span.hour < Span.day && 24 * Span.hour == Span.day)
    }
}
