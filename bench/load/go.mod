module example.com/bench/load

go 1.26.0
