module fermata.dev/tools/pod

go 1.25.0
