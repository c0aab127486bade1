// Kept by the platform: docs/ownership.md says what that means.

package cache

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"reflect"
	"runtime/debug"
	"strings"
)

// layout tells types that are written differently apart: it changes with the name, the type and the tag of any field, also in structs inside.
func layout(kind reflect.Type) string {
	var shape strings.Builder
	describe(&shape, kind, map[reflect.Type]bool{})
	sum := sha256.Sum256([]byte(shape.String()))
	return hex.EncodeToString(sum[:8])
}

func describe(shape *strings.Builder, kind reflect.Type, known map[reflect.Type]bool) {
	fmt.Fprintf(shape, "%s %s(", kind, kind.Kind())
	defer shape.WriteByte(')')
	if known[kind] {
		return
	}
	known[kind] = true
	switch kind.Kind() {
	case reflect.Struct:
		for field := range kind.Fields() {
			fmt.Fprintf(shape, "%s %q ", field.Name, field.Tag)
			describe(shape, field.Type, known)
		}
	case reflect.Pointer, reflect.Slice, reflect.Array, reflect.Map:
		describe(shape, kind.Elem(), known)
	}
}

// safely turns a panic into an error: a load runs on a goroutine of its own, where a panic would end the process.
func safely[T any](ctx context.Context, load Load[T]) (row T, version int64, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("panic: %v\n%s", cause, debug.Stack())
		}
	}()
	return load(ctx)
}
