// Kept by the platform: docs/ownership.md says what that means.

package fault

// Again does once more what somebody else's change came in between of, until none does: for a caller to whom any version is right.
// Whenever it has to, somebody else got on; and do fails in another way when its context ends.
func Again(anyVersion bool, do func() error) error {
	for {
		if err := do(); !anyVersion || KindOf(err) != Stale {
			return err
		}
	}
}
