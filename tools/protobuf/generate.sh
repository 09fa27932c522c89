#!/usr/bin/env bash
# Generates Sources/ProtobufMessages from the .proto files beside this script. Needs protoc (Debian: protobuf-compiler)
# and the swift-protobuf package that the build has fetched.
set -euo pipefail
cd "$(dirname "$0")/../.."
command -v protoc >/dev/null || { echo "protoc is missing: apt-get install protobuf-compiler" >&2; exit 1; }
swift package resolve
swift build -c release --package-path .build/checkouts/swift-protobuf --scratch-path .build/protoc-gen-swift \
  --product protoc-gen-swift
protoc --plugin=.build/protoc-gen-swift/release/protoc-gen-swift --proto_path=tools/protobuf \
  --swift_opt=Visibility=Package --swift_out=Sources/ProtobufMessages tools/protobuf/*.proto
# What lint asks of every source file.
swift format format --in-place Sources/ProtobufMessages/*.swift
