// Package money counts in cents, so that nothing is ever lost to rounding.
package money

import "fmt"

type Cents int64

func (c Cents) String() string { return fmt.Sprintf("%d.%02d EUR", c/100, c%100) }

// WithTax adds a tax in whole percent, rounded half up.
func (c Cents) WithTax(percent int64) Cents { return c + (c*Cents(percent)+50)/100 }
