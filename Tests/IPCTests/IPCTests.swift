import Testing

@testable import IPC
