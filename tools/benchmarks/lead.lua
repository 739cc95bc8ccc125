-- Posts leads, each of a customer of its own. The path of the endpoint is the script's argument.
local thread_count = 0

function setup(thread)
    thread:set("number", thread_count)
    thread_count = thread_count + 1
end

local count = 0
local path = ""
local headers = { ["Content-Type"] = "application/json" }
local base = ""

function init(args)
    path = args[1]
    base = string.format("%d-%d", os.time(), number)
end

function request()
    count = count + 1
    local body = string.format(
        '{"UserDetails":{"FirstName":"Some","LastName":"One","Email":"c%s-%d@example.com","Phone":"16175555555",'
            .. '"Country":"US","Company":"Contoso","Title":"CTO"},"LeadSource":"AzureMarketplace",'
            .. '"ActionCode":"INS","OfferTitle":"Contoso Backup","Description":"row %d"}',
        base, count, count)
    return wrk.format("POST", path, headers, body)
end


function done(summary, latency)
    io.write(string.format(
        "requests %d microseconds %d p50 %d p99 %d errors %d\n", summary.requests, summary.duration,
        latency:percentile(50), latency:percentile(99),
        summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.status
            + summary.errors.timeout))
end
