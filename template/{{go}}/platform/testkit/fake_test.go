package testkit_test

import (
	"fmt"
	"runtime"
	"slices"
	"testing"
)

// fake is a test that is allowed to fail.
type fake struct {
	testing.TB

	said     []string
	failed   bool
	cleanups []func()
}

func (f *fake) Helper() {}

func (f *fake) Errorf(format string, arguments ...any) {
	f.failed = true
	f.said = append(f.said, fmt.Sprintf(format, arguments...))
}

func (f *fake) Fatalf(format string, arguments ...any) {
	f.Errorf(format, arguments...)
	runtime.Goexit()
}

func (f *fake) Fatal(arguments ...any) {
	f.Errorf("%s", fmt.Sprint(arguments...))
	runtime.Goexit()
}

func (f *fake) Cleanup(cleanup func()) { f.cleanups = append(f.cleanups, cleanup) }

// fails runs a test that is expected to fail, and returns what it says.
func fails(t *testing.T, test func(testing.TB)) string {
	t.Helper()
	f := &fake{TB: t}
	done := make(chan struct{})
	go func() {
		defer close(done)
		test(f)
	}()
	<-done
	for _, cleanup := range slices.Backward(f.cleanups) {
		cleanup()
	}
	if !f.failed {
		t.Error("it did not fail")
		return ""
	}
	return f.said[0]
}
