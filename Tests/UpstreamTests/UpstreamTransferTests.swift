import Platform
import Testing

@testable import Upstream

@Suite("Upstream transfer")
struct UpstreamTransferTests {
    // MARK: Cancelling

    @Test func `cancelled while it waits for the head, the connection is closed in the same turn`() throws {
        let bench = try Bench()
        bench.server.onRequest = { _, _ in }
        let recorder = Recorder()
        let transfer = bench.start(recorder)
        try #require(bench.run { bench.server.requests.count == 1 })
        transfer.cancel()
        #expect(bench.client.statistics.connectionsOpen == 0)
        let cancelledAt = Instant.now()
        try #require(bench.run { bench.server.peers[0].sawEnd })
        let seenAt = try #require(bench.server.peers[0].sawEndAt)
        #expect(seenAt - cancelledAt < .milliseconds(100))
        transfer.cancel()
        #expect(recorder.ends == 0 && recorder.statuses.isEmpty)
        #expect(bench.client.statistics.inFlight == 0)
    }

    @Test func `cancelled before it was sent, nothing is sent`() throws {
        let bench = try Bench()
        let recorder = Recorder()
        bench.start(recorder).cancel()
        let other = try bench.exchange()
        #expect(other.text == "ok")
        #expect(bench.server.requests.count == 1)
        #expect(recorder.ends == 0)
    }

    enum Callback: CaseIterable { case head, body, end }

    @Test(arguments: Callback.allCases, ["content-length: 6\r\n\r\nabcdef", "transfer-encoding: chunked\r\n\r\n3\r\nabc\r\n3\r\ndef\r\n0\r\n\r\n", "transfer-encoding: chunked\r\n\r\n3\r\nabc\r\n"])
    func `cancelled within a callback, none follows`(_ callback: Callback, _ answer: String) throws {
        let bench = try Bench()
        bench.server.onRequest = { peer, _ in peer.send("HTTP/1.1 200 OK\r\n\(answer)") }
        let recorder = Recorder()
        var calls = 0
        var callsAtCancel = 0
        let cancel = { (here: Callback, transfer: UpstreamTransfer) in
            calls += 1
            if here == callback {
                transfer.cancel()
                callsAtCancel = calls
            }
        }
        recorder.onHead = { cancel(.head, $0) }
        recorder.onBody = { cancel(.body, $0) }
        recorder.onEnd = { cancel(.end, $0) }
        _ = bench.start(recorder)
        if callback == .end, !answer.hasSuffix("\r\n\r\n"), !answer.hasSuffix("f") {
            try #require(bench.run { calls == 2 })
            bench.server.peers[0].close()
        }
        try #require(bench.run { callsAtCancel > 0 })
        bench.run(milliseconds: 20)
        #expect(calls == callsAtCancel)
        #expect(bench.client.statistics.inFlight == 0)
        if callback != .end {
            #expect(recorder.ends == 0)
            #expect(bench.client.statistics.connectionsOpen == 0)
            #expect(bench.server.peers[0].sawEnd)
        }
        bench.server.onRequest = { peer, _ in peer.send("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok") }
        #expect(try bench.exchange().text == "ok")
    }

    @Test(arguments: Callback.allCases) func `one transfer's callback cancels all the others`(_ callback: Callback) throws {
        let bench = try Bench()
        var waiting: [ScriptedServer.Peer] = []
        bench.server.onRequest = { peer, _ in waiting.append(peer) }
        let recorders = (0..<8).map { _ in Recorder() }
        var transfers: [UpstreamTransfer] = []
        var cancelled = 0
        let act = { (transfer: UpstreamTransfer) in
            for other in transfers where other !== transfer {
                other.cancel()
                cancelled += 1
            }
            transfers.removeAll()
        }
        for recorder in recorders {
            switch callback {
            case .head: recorder.onHead = act
            case .body: recorder.onBody = act
            case .end: recorder.onEnd = act
            }
            transfers.append(bench.start(recorder))
        }
        try #require(bench.run { waiting.count == 8 })
        for peer in waiting { peer.send("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok") }
        try #require(bench.run { cancelled == 7 && recorders.contains { $0.ends == 1 } })
        bench.run(milliseconds: 20)
        #expect(recorders.count { $0.ends == 1 } == 1)
        #expect(bench.client.statistics.inFlight == 0)
        #expect(bench.client.statistics.cancelled == 7)
    }

    @Test func `within a callback others can be started`() throws {
        let bench = try Bench()
        let second = Recorder()
        let third = Recorder()
        let first = Recorder()
        first.onHead = { _ in _ = bench.start(second) }
        first.onEnd = { _ in _ = bench.start(third) }
        _ = bench.start(first)
        try #require(bench.run { first.ends + second.ends + third.ends == 3 })
        #expect([first, second, third].allSatisfy { $0.text == "ok" && $0.failure == nil })
    }

    // MARK: Pausing

    static let mebibytes = 10

    @Test(arguments: [false, true]) func `a paused transfer takes no more than a bounded part of a large body`(_ isChunked: Bool) throws {
        let bench = try Bench()
        let size = Self.mebibytes << 20
        bench.server.onRequest = { peer, _ in
            if isChunked {
                peer.send("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
                for _ in 0..<(size >> 10) {
                    peer.send("400\r\n")
                    peer.send([UInt8](repeating: 0x61, count: 1024) + Array("\r\n".utf8))
                }
                peer.send("0\r\n\r\n")
            } else {
                peer.send("HTTP/1.1 200 OK\r\ncontent-length: \(size)\r\n\r\n")
                peer.send([UInt8](repeating: 0x61, count: size))
            }
        }
        let recorder = Recorder()
        recorder.keepsBody = false
        var pauses = 0
        var afterPause = 0
        var isHalted = false
        recorder.onBody = { transfer in
            if isHalted { afterPause += 1 }
            if recorder.bodyBytes > pauses * 2 << 20 {
                pauses += 1
                isHalted = true
                transfer.pause()
            }
        }
        let transfer = bench.start(recorder)
        while recorder.ends == 0 {
            try #require(bench.run { transfer.isPaused || recorder.ends == 1 })
            guard recorder.ends == 0 else { break }
            // What the kernel holds comes to a standstill; what we were handed stays where it was.
            let before = recorder.bodyBytes
            let passes = bench.loop.passes
            bench.run(milliseconds: 30)
            #expect(recorder.bodyBytes - before <= 32 << 10)
            #expect(bench.loop.passes - passes < 200, "a paused transfer spins")
            isHalted = false
            transfer.resume()
        }
        #expect(recorder.failure == nil)
        #expect(recorder.bodyBytes == size)
        #expect(pauses >= 5)
        #expect(afterPause <= pauses)
    }

    @Test func `paused before it starts, it stops after the head`() throws {
        let bench = try Bench()
        bench.server.onRequest = { peer, _ in peer.send("HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nabc") }
        let recorder = Recorder()
        let transfer = bench.start(recorder)
        transfer.pause()
        try #require(bench.run { recorder.statuses == [200] })
        bench.run(milliseconds: 20)
        #expect(recorder.bodyBytes == 0)
        #expect(recorder.ends == 0)
        transfer.resume()
        #expect(recorder.bodyBytes == 0)
        try #require(bench.run { recorder.ends == 1 })
        #expect(recorder.text == "abc")
        #expect(recorder.failure == nil)
    }

    @Test func `paused and resumed within its callbacks, nothing is lost or doubled`() throws {
        let bench = try Bench()
        let text = (0..<2000).map { "\($0)," }.joined()
        bench.server.onRequest = { peer, _ in
            peer.send("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
            for number in 0..<2000 { peer.send("\(String("\(number),".utf8.count, radix: 16))\r\n\(number),\r\n") }
            peer.send("0\r\n\r\n")
        }
        let recorder = Recorder()
        recorder.onHead = { transfer in
            transfer.pause()
            transfer.resume()
        }
        var calls = 0
        recorder.onBody = { transfer in
            calls += 1
            if calls % 2 == 0 { transfer.pause() }
            if calls % 3 != 0 { transfer.resume() }
        }
        let transfer = bench.start(recorder)
        try #require(
            bench.run {
                if transfer.isPaused { transfer.resume() }
                return recorder.ends == 1
            })
        #expect(recorder.failure == nil)
        #expect(recorder.text == text)
    }

    @Test func `cancelled while paused, and while resuming, it ends`() throws {
        let bench = try Bench()
        bench.server.onRequest = { peer, _ in
            peer.send("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\na\r\n1\r\nb\r\n1\r\nc\r\n")
        }
        let recorder = Recorder()
        recorder.onBody = { transfer in if recorder.bodyBytes == 1 { transfer.pause() } else { transfer.cancel() } }
        let transfer = bench.start(recorder)
        try #require(bench.run { transfer.isPaused })
        bench.run(milliseconds: 10)
        transfer.resume()
        try #require(bench.run { bench.client.statistics.cancelled == 1 })
        #expect(bench.client.statistics.connectionsOpen == 0)
        let second = Recorder()
        second.onBody = { $0.pause() }
        let other = bench.start(second)
        try #require(bench.run { other.isPaused })
        other.cancel()
        #expect(bench.client.statistics.connectionsOpen == 0)
        try #require(bench.run { bench.server.peers.allSatisfy(\.sawEnd) })
        #expect(recorder.ends + second.ends == 0)
        bench.server.onRequest = { peer, _ in peer.send("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok") }
        #expect(try bench.exchange().text == "ok")
    }
}
