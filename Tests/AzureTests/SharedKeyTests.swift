import Testing

@testable import Azure
