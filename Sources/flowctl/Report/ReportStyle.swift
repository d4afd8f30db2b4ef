/// How reports look: for wide and narrow screens, light and dark, and paper.
enum ReportStyle {
  static var sheet: String {
    let light = Ink.all.map { "--\($0.name):\($0.light)" }.joined(separator: ";")
    let dark = Ink.all.map { "--\($0.name):\($0.dark)" }.joined(separator: ";")
    return """
      :root{\(light)}
      @media (prefers-color-scheme:dark){:root{\(dark)}}
      *{box-sizing:border-box}
      html{-webkit-text-size-adjust:100%;scroll-behavior:smooth}
      body{margin:0;background:var(--paper);color:var(--text);font:1rem/1.6 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
      header,main,nav,footer{max-width:66rem;margin:0 auto;padding:0 1.25rem}
      header{padding-top:2.5rem}
      h1{font-size:1.9rem;line-height:1.2;margin:0 0 1rem;letter-spacing:-.01em;overflow-wrap:anywhere}
      h2{font-size:1.3rem;line-height:1.3;margin:0 0 .75rem}
      h3{font-size:1.05rem;margin:1.5rem 0 .5rem}
      p,li,dd{overflow-wrap:anywhere}
      p{margin:.6rem 0;max-width:46rem}
      a{color:var(--data)}
      :focus-visible{outline:3px solid var(--model);outline-offset:2px}
      .skip{position:absolute;left:-999rem}
      .skip:focus{left:1rem;top:.5rem;background:var(--paper);padding:.4rem .8rem;z-index:1}
      .kind{color:var(--quiet);font-size:.85rem;letter-spacing:.08em;text-transform:uppercase;margin:0}
      nav{margin-top:1.5rem}
      nav ol{display:flex;flex-wrap:wrap;gap:.3rem 1.2rem;list-style:none;margin:0;padding:.7rem 0;border-top:1px solid var(--band);border-bottom:1px solid var(--band);font-size:.92rem}
      section{padding:2rem 0 .5rem}
      section+section{border-top:1px solid var(--band)}
      .facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(13rem,1fr));gap:1px;margin:1rem 0;padding:1px}
      .facts div{padding:.7rem .9rem;box-shadow:0 0 0 1px var(--band)}
      .facts dt{color:var(--quiet);font-size:.82rem}
      .facts dd{margin:.1rem 0 0;font-size:1.02rem;font-variant-numeric:tabular-nums}
      .list{margin:1rem 0}
      .list div{display:flex;flex-wrap:wrap;gap:0 1rem;padding:.3rem 0;border-bottom:1px solid var(--band)}
      .list dt{color:var(--quiet);flex:0 0 8rem}
      .list dd{margin:0;flex:1 1 18rem}
      figure{margin:1rem 0}
      figcaption{color:var(--quiet);font-size:.9rem;max-width:46rem}
      .wide{overflow-x:auto;max-width:100%}
      svg{display:block;max-width:100%;min-width:min(100%,30rem);height:auto;margin:0 auto}
      svg text{font-family:inherit}
      table{border-collapse:collapse;margin:.8rem 0;font-size:.92rem;font-variant-numeric:tabular-nums}
      caption{text-align:left;color:var(--quiet);padding-bottom:.3rem;white-space:nowrap}
      th,td{text-align:left;padding:.3rem .9rem .3rem 0;border-bottom:1px solid var(--band);vertical-align:top;font-weight:400}
      thead th{font-weight:600;white-space:nowrap}
            .number{text-align:right;white-space:nowrap}
      pre{overflow-x:auto;max-width:100%;background:color-mix(in srgb,var(--band) 45%,var(--paper));padding:.8rem 1rem;font:.85rem/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;border-radius:4px}
      .verdict{border-left:4px solid var(--data);padding-left:.8rem}
      .verdict.warn{border-color:var(--model)}
      footer{padding-top:1.5rem;padding-bottom:3rem;color:var(--quiet);font-size:.88rem}
      @media (max-width:40rem){h1{font-size:1.5rem}header{padding-top:1.5rem}.wide svg{min-width:34rem}th,td{padding-right:.7rem}}
      @media print{
        :root{\(light)}
        nav,.skip{display:none}
        body{font-size:10pt}
        header,main,footer{max-width:none;padding:0}
        .wide,pre{overflow:visible}
        .wide svg{min-width:0}
        pre{white-space:pre-wrap;overflow-wrap:anywhere}
        figure,tr,.facts{break-inside:avoid}
        h2,h3{break-after:avoid}
        a{color:inherit;text-decoration:none}
      }
      @media (prefers-reduced-motion:reduce){html{scroll-behavior:auto}}
      """
  }
}
