package train

import (
	"encoding/binary"
	"hash/crc32"
	"io"
	"math"
	"time"

	"google.golang.org/protobuf/encoding/protowire"

	"exemplar/internal/fileio"
)

// eventWriter writes scalars in TensorBoard's format: a file of TFRecords (length, masked CRC-32C of the length, data,
// masked CRC-32C of the data; tensorflow/core/lib/io/record_writer.h), each an Event message
// (tensorflow/core/util/event.proto) with a Summary (tensorflow/core/framework/summary.proto).
type eventWriter struct {
	w   io.Writer
	now func() time.Time
}

// Field numbers of the messages.
const (
	eventWallTime    = 1
	eventStep        = 2
	eventFileVersion = 3
	eventSummary     = 5
	summaryValue     = 1
	valueTag         = 1
	valueSimple      = 2
)

// begin writes the version record with which a file starts.
func (e eventWriter) begin() error {
	event := e.event(0)
	event = protowire.AppendTag(event, eventFileVersion, protowire.BytesType)
	return e.record(protowire.AppendString(event, "brain.Event:2"))
}

// scalar writes one value of a curve.
func (e eventWriter) scalar(tag string, step int, value float64) error {
	v := protowire.AppendTag(nil, valueTag, protowire.BytesType)
	v = protowire.AppendString(v, tag)
	v = protowire.AppendTag(v, valueSimple, protowire.Fixed32Type)
	v = protowire.AppendFixed32(v, math.Float32bits(float32(value)))
	summary := protowire.AppendTag(nil, summaryValue, protowire.BytesType)
	summary = protowire.AppendBytes(summary, v)
	event := e.event(step)
	event = protowire.AppendTag(event, eventSummary, protowire.BytesType)
	return e.record(protowire.AppendBytes(event, summary))
}

// event begins an Event message.
func (e eventWriter) event(step int) []byte {
	seconds := float64(e.now().UnixMicro()) / 1e6
	b := protowire.AppendTag(nil, eventWallTime, protowire.Fixed64Type)
	b = protowire.AppendFixed64(b, math.Float64bits(seconds))
	b = protowire.AppendTag(b, eventStep, protowire.VarintType)
	return protowire.AppendVarint(b, uint64(step))
}

func (e eventWriter) record(data []byte) error {
	length := binary.LittleEndian.AppendUint64(nil, uint64(len(data)))
	out := binary.LittleEndian.AppendUint32(length, maskedCRC(length))
	out = append(out, data...)
	_, err := e.w.Write(binary.LittleEndian.AppendUint32(out, maskedCRC(data)))
	return err
}

// maskedCRC is the rotated and shifted check sum of TFRecords.
func maskedCRC(data []byte) uint32 {
	crc := crc32.Checksum(data, fileio.CRC32C)
	return (crc>>15 | crc<<17) + 0xa282ead8
}
